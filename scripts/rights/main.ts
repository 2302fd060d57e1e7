/** Writes docs/isolation.md from the list of rights. */
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../../src/shared/files.js';
import { rightsPage, type RightsList } from './page.js';

const list = readFileSync(new URL('../../test/rights/rights.json', import.meta.url), 'utf8');
const page = new URL('../../docs/isolation.md', import.meta.url).pathname;
writeFileAtomic(page, rightsPage(JSON.parse(list) as RightsList));
