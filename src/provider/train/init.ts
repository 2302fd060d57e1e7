import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { parseSafetensors, type Safetensors } from '../../shared/format/safetensors.js';
import { widened } from '../../shared/format/widen.js';
import type { Architecture } from '../../shared/model/architecture.js';
import { paramSpecs } from '../../shared/model/hypothesis.js';
import type { ParamSpec } from '../../shared/model/layers/index.js';
import type { Network } from '../../shared/model/network.js';
import type { HostTensor, StateDict } from '../../shared/model/state.js';
import type { InitReport } from './result.js';

/** How torchvision and timm call what is behind the features: a head for other classes. */
const HEADS = ['fc.', 'classifier.', 'head.'];

/** The weights of a file, not yet read as numbers. */
export interface InitFile {
  path: string;
  tensors: Safetensors;
}

/**
 * Opens the file that F's weights come from.
 * @throws FedshotError `usage` for a file of PyTorch's own format, `format`, `data`, `not-found`, `io`
 */
export function openInit(path: string): InitFile {
  const bytes = readBytes(path);
  if (isPickle(bytes, path))
    throw new FedshotError(
      'usage',
      `${path} is a PyTorch file, which may hold code and is not read`,
      {
        hint: `make a safetensors file of it: ${conversion(path)}`,
      },
    );
  return { path, tensors: parseSafetensors(bytes, { file: path }) };
}

/** PyTorch writes zip archives, before 1.6 bare pickles, both under many endings. */
const isPickle = (bytes: Uint8Array, path: string): boolean =>
  (bytes[0] === 0x50 && bytes[1] === 0x4b) ||
  (bytes[0] === 0x80 && (bytes[1] ?? 6) <= 5 && /\.(pth|pt|bin|ckpt|pkl)$/i.test(path));

const conversion = (path: string): string =>
  `python3 -c "import sys, torch; from safetensors.torch import save_file; ` +
  `s = torch.load(sys.argv[1], map_location='cpu', weights_only=True); s = s.get('state_dict', s); ` +
  `save_file({k: v.contiguous() for k, v in s.items()}, sys.argv[1] + '.safetensors')" ${path}`;

/** A tensor's name as F has it: a file of fedshot says `F.` itself. */
const bare = (name: string): string => name.replace(/^F\./, '');

/** Parameters of the network that follow from the file. */
export function impliedParameters(
  { pretrained }: Network,
  { tensors }: InitFile,
): Record<string, unknown> {
  return pretrained?.implied?.(new Set([...tensors.keys()].map(bare))) ?? {};
}

/**
 * The tensors of F that the file has, by name, as float32.
 *
 * @returns them with what was taken, made to fit, left and missed
 * @throws FedshotError `model` for a tensor of another shape, by name, or a file that has none of F's
 */
export function takeInit(
  { path, tensors }: InitFile,
  network: Network,
  architecture: Architecture,
): { state: StateDict; report: InitReport } {
  const specs = paramSpecs(architecture).filter(({ name }) => name.startsWith('F.'));
  const places = new Map(specs.map((spec) => [bare(spec.name), spec]));
  const state: StateDict = new Map();
  const report: InitReport = { file: path, taken: [], fitted: [], head: [], left: [], missed: [] };
  for (const [given, tensor] of tensors) {
    const name = bare(given);
    const spec = places.get(name);
    if (!spec) {
      report[HEADS.some((head) => name.startsWith(head)) ? 'head' : 'left'].push(given);
      continue;
    }
    if (spec.init === 'counter') continue; // how many batches made the statistics: begins anew
    const host = { shape: [...tensor.shape], data: widened(tensor, given) };
    const fitting = fit(host, spec, network, architecture);
    if (!fitting)
      throw new FedshotError(
        'model',
        `${path}: ${given} has shape [${host.shape.join()}] where ${network.name} takes [${spec.shape.join()}]`,
        { hint: 'these weights are of another network, or of other images' },
      );
    report[fitting === host ? 'taken' : 'fitted'].push(given);
    state.set(spec.name, fitting);
  }
  report.missed = specs
    .filter(({ name, init }) => init !== 'counter' && !state.has(name))
    .map(({ name }) => bare(name));
  if (state.size === 0)
    throw new FedshotError('model', `${path} has none of ${network.name}'s tensors`, {
      hint: `it begins with ${[...tensors.keys()].slice(0, 3).join(', ')}; the network with ${report.missed.slice(0, 3).join(', ')}`,
    });
  return { state, report };
}

function fit(
  tensor: HostTensor,
  { name, shape }: ParamSpec,
  { pretrained }: Network,
  { input }: Architecture,
): HostTensor | undefined {
  if (tensor.shape.join() === shape.join()) return tensor;
  if (input.length !== 3) return undefined;
  return pretrained?.fit?.(bare(name), tensor, shape, input);
}

const some = (names: string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

/** What was done with a file, in a line; and in another what asks for attention. */
export function describeInit(report: InitReport): { note: string; warning?: string } {
  const { file, taken, fitted, head, left, missed } = report;
  const parts = [`${taken.length + fitted.length} tensors of F taken`];
  if (fitted.length > 0) parts.push(`${some(fitted)} made to fit`);
  if (head.length > 0) parts.push(`the head for other classes left out (${some(head)})`);
  const wrong: string[] = [];
  if (left.length > 0) wrong.push(`not part of this network and left out: ${some(left)}`);
  if (missed.length > 0) wrong.push(`not in the file and drawn at random: ${some(missed)}`);
  return {
    note: `${file}: ${parts.join('; ')}`,
    warning: wrong.length > 0 ? `${file}: ${wrong.join('; ')}` : undefined,
  };
}
