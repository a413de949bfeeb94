import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/**
 * Takes a lease for writing on the file (F_SETLEASE 1024, F_WRLCK 1) and does not let go of it when the system asks for it
 * by a signal: whoever opens the file then waits, or is refused where he does not want to wait. Node cannot ask for one.
 */
const SCRIPT = `
  $SIG{IO} = 'IGNORE';
  open(my $file, '+<', $ARGV[0]) or die "cannot open: $!";
  fcntl($file, 1024, 1) or die "no lease: $!";
  $| = 1;
  print "held\\n";
  sleep(1000);
`;

/** A process that keeps others from opening a file, though no mode of it says so. */
export class LeaseHolder {
  private constructor(private readonly child: ChildProcess) {}

  /** Why none can be had here; null: it can. @param path a file that may be tried on */
  static whyNot(path: string): string | null {
    const { error, status, stderr } = spawnSync('perl', ['-e', SCRIPT.replace('sleep(1000);', ''), path]);
    if (error !== undefined) return error.message;
    return status === 0 ? null : stderr.toString();
  }

  static async take(path: string): Promise<LeaseHolder> {
    const child = spawn('perl', ['-e', SCRIPT, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit').then(() => Promise.reject(new Error(`no lease on ${path}`)));
    await Promise.race([once(child.stdout, 'data'), exit]);
    // Told above, or it is its end.
    exit.catch(() => null);
    return new LeaseHolder(child);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
