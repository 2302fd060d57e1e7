import type { Place } from '../world.js';

export interface Scenario {
  readonly name: string;
  /** Changes the copy of the world in which the command is to be broken. */
  prepare?(at: Place): Promise<void>;
  words(at: Place): string[];
  /** What is seen of a state. After a fault it must be what was before, or what an undisturbed run gives. */
  look(at: Place): Promise<string>;
  /** Seen besides these two, and right: what the person then has to do is said. */
  readonly between?: RegExp;
  /** Codes with which a repeated command may end when the broken one had in fact come to its end. */
  readonly already?: readonly string[];
  /** Paths that a killed one leaves for good, and why that is right. */
  readonly leaves?: RegExp;
}
