import koffi from 'koffi';

/** glibc gives freed memory back at once and faults it in again at the next step; keep it instead. */
export function keepFreedMemory(): void {
  if (process.platform !== 'linux') return;
  try {
    const mallopt = koffi.load('libc.so.6').func('int mallopt(int param, int value)');
    mallopt(-3, 32 << 20); // M_MMAP_THRESHOLD at its maximum
    mallopt(-1, 0x7fffffff); // M_TRIM_THRESHOLD
  } catch {
    // musl has no mallopt; nothing depends on it
  }
}
