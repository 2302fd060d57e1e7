/** What of the file system a sandbox shows, in the order in which it is put there. */
export type Place = readonly [kind: 'ro' | 'rw' | 'dev' | 'dir' | 'tmpfs' | 'proc', path: string];

/** What of `/proc` sets up the machine itself: user 0 may write it, whatever namespace it is in. */
export const MACHINE = ['sys', 'sysrq-trigger', 'irq', 'bus'].map((name): Place => [
  'ro',
  `/proc/${name}`,
]);

/** What a program expects of `/dev`. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/**
 * Run by a shell in namespaces of its own: makes an empty root, binds each place into it, leaves the
 * old root and starts the program without capabilities. A mount below a read-only one is one of its own.
 * The shell stays, so that the program is not process 1, which signals do not end. Arguments: an empty
 * folder, the working directory, kind and path of each place, `--`, the program.
 */
const SCRIPT = `
set -e
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
root=$1 home=$2
shift 2
mount -t tmpfs -o mode=755 tmpfs "$root"
while [ "$1" != -- ]; do
  kind=$1 path=$2
  shift 2
  case $kind in
    dir) mkdir -p "$root$path"; continue ;;
    tmpfs) mkdir -p "$root$path"; mount -t tmpfs -o mode=1777 tmpfs "$root$path"; continue ;;
    proc) mkdir -p "$root$path"; mount -t proc proc "$root$path"; continue ;;
  esac
  [ -e "$path" ] || continue
  if [ -d "$path" ]; then mkdir -p "$root$path"; else
    mkdir -p "$root\${path%/*}"
    [ -e "$root$path" ] || : > "$root$path"
  fi
  mount --rbind "$path" "$root$path"
  [ "$kind" = ro ] || continue
  while read -r _ _ _ _ point _; do
    case $point in *\\\\*) point=$(printf %b "$point") ;; esac
    case $point in "$root$path" | "$root$path"/*) mount -o remount,bind,ro "$point" ;; esac
  done < /proc/self/mountinfo
done
shift
ln -s /proc/self/fd "$root/dev/fd"
mount -o remount,bind,ro "$root"
cd "$root"
pivot_root . .
umount -l .
cd "$home"
unset OLDPWD
setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+dac_override -- "$@"
exit $?`;

/** In a user namespace of its own, whose limit this is; of the machine's it would be another's. */
const NO_NAMESPACES = `
echo 0 > /proc/sys/user/max_user_namespaces || :`;

/**
 * The command that shows a program these places and nothing of the rest, with what util-linux has.
 *
 * @param base an empty folder, to mount on
 */
export function mountCommand(
  base: string,
  cwd: string,
  places: readonly Place[],
  network: boolean,
): string[] {
  const root = process.getuid?.() === 0;
  const user = root ? [] : ['--user', '--map-root-user'];
  const own: Place[] = [
    ...DEVICES.map((name): Place => ['dev', `/dev/${name}`]),
    ['tmpfs', '/dev/shm'],
    ...MACHINE,
  ];
  return [
    ...['unshare', ...user, '--mount', '--pid', '--fork', '--kill-child', '--ipc', '--uts'],
    ...(network ? [] : ['--net']),
    ...[
      '--',
      'sh',
      '-c',
      root ? SCRIPT : NO_NAMESPACES + SCRIPT,
      'sh',
      base,
      cwd,
      'proc',
      '/proc',
      ...own.flat(),
    ],
    ...[...places.flat(), '--'],
  ];
}
