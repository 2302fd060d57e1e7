import { renderReport, type SiteReport } from '../shared/report/html/index.js';
import { writeFileAtomic } from '../shared/files.js';
import { insidePath } from '../shared/isolate/moved.js';
import { version } from './version.js';

/** Writes the page of `--report`, which shows private pictures. @throws FedshotError `io` */
export function writeReport(
  file: string,
  created: Date,
  sites: SiteReport[],
  title = 'Adaptation report',
): void {
  const page = renderReport({ title, created, version: version(), sites });
  writeFileAtomic(insidePath(file), page, 0o600);
}
