import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

/** `npm run kernel`: makes WebAssembly of the resampling kernel's text. */
const FOLDER = join(import.meta.dirname, '../src/shared/preprocessing/pictures');
const tools = await wabt();
const text = tools.parseWat('kernel.wat', readFileSync(join(FOLDER, 'kernel.wat'), 'utf8'), {
  simd: true,
});
const code = Buffer.from(text.toBinary({}).buffer).toString('base64');
writeFileSync(
  join(FOLDER, 'kernel-code.ts'),
  `/** kernel.wat as WebAssembly, in base64: \`npm run kernel\` writes it. */\nexport const KERNEL =\n  '${code}';\n`,
);
