/** What `--from` names: a page on the web, a folder, or a server. */
export type SourceKind = 'https' | 'folder' | 'grpc';

/** A name without a colon is a folder, as is a path; `HOST:PORT` is a server. */
export function kindOf(from: string): SourceKind {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) return 'https';
  return /^[./~]|[/\\]/.test(from) || !from.includes(':') ? 'folder' : 'grpc';
}
