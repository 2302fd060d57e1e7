export const DATA = '../shared/data';
export const WEIGHTS = '../shared/weights/mobilenetv1_075.safetensors';

/** Accuracies in %, source only and adapted. */
export type Peer = readonly [sourceOnly: number, adapted: number];

/**
 * SHOT in PyTorch on the same files and settings, seed 2020, float32 (../shared/notes/images.md): from the
 * first domain to the second.
 */
const OFFICE: Record<string, Peer> = {
  'amazon:caltech10': [81.0, 89.4],
  'amazon:dslr': [77.1, 87.9],
  'amazon:webcam': [70.5, 89.2],
  'caltech10:amazon': [91.6, 94.1],
  'caltech10:dslr': [84.1, 91.7],
  'caltech10:webcam': [83.4, 94.6],
  'dslr:amazon': [68.1, 94.1],
  'dslr:caltech10': [61.4, 89.6],
  'dslr:webcam': [93.2, 96.3],
  'webcam:amazon': [72.4, 93.8],
  'webcam:caltech10': [68.7, 89.0],
  'webcam:dslr': [98.1, 97.5],
};
const PACS: Record<string, Peer> = {
  'photo:cartoon': [23.9, 70.4],
  'photo:art_painting': [50.2, 75.2],
  'art_painting:photo': [88.4, 95.3],
  'art_painting:cartoon': [52.9, 74.4],
};

export interface Pair {
  name: string;
  /** Domains. */
  source: string;
  target: string;
  /** Their folder. */
  folder: string;
  peer: Peer;
}

const pairsOf = (folder: string, peers: Record<string, Peer>): Pair[] =>
  Object.entries(peers).map(([name, peer]) => {
    const [source = '', target = ''] = name.split(':');
    return { name, source, target, folder: `${DATA}/${folder}`, peer };
  });

/** Office-Caltech10, all pairs, and PACS from photographs and from art. */
export const PAIRS: readonly Pair[] = [
  ...pairsOf('office-caltech10', OFFICE),
  ...pairsOf('pacs144', PACS),
];
