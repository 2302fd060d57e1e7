const SUFFIX =
  process.platform === 'darwin' ? '.dylib' : process.platform === 'win32' ? '.dll' : '.so';
const PREFIX = process.platform === 'win32' ? '' : 'lib';

/** File name of one of LibTorch's libraries on this platform. */
export const libraryFile = (name: string): string => `${PREFIX}${name}${SUFFIX}`;
