/** What {@link arm} is told; see faults.mjs. */
export interface Armed {
  readonly root: string;
  readonly kind: string;
  readonly at?: number;
  readonly seed?: number;
  readonly trace?: string;
  readonly lives?: boolean;
}
export function arm(next?: Armed): void;
/** Disk operations since this process was armed. */
export function counted(): number;
