# The same as swapper.c, slower, with nothing but busybox.
# usage: sh -c "$(cat swapper.sh)" <seed> <names, blank separated> <target of a link>...
turn=$0 names=$1
shift
while :; do
  for name in $names; do
    turn=$((turn + 1)) spare=.s$$-$((turn % 8))
    target=$(eval echo "\${$((turn % $# + 1))}")
    case $((turn % 9)) in
      0 | 1) echo 'by the shell' >$spare ;;
      2) mkdir $spare ;;
      3) mkdir $spare && echo inner >$spare/inside ;;
      4) mkfifo $spare ;;
      5) echo linked >$spare && ln -f $spare .twin$$ ;;
      *) ln -s "$target" $spare ;;
    esac
    mv -fT $spare "$name" || { rm -rf "$name" && mv -fT $spare "$name" || rm -rf $spare; }
    sleep 0.02
  done
done
