# On the host: plants what no sandbox can make, beside what it makes.
# usage: sh -c "$(cat planter.sh)" <chat's directory> <spare path beside it> <file to link to> <names, blank separated>
chat=$0 spare=$1 canary=$2 names=$3
while :; do
  for name in $names; do
    # A failure is a directory that is there just now, or a user who is not root and may make no devices.
    for device in 'c 1 3' 'c 1 5' 'b 7 0'; do
      mknod -m 666 "$spare" $device && mv -fT "$spare" "$chat/$name"
      rm -f "$spare"
      sleep 0.02
    done
    ln "$canary" "$spare" && mv -fT "$spare" "$chat/$name"
    rm -f "$spare"
  done
done
