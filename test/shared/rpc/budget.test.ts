import { describe, expect, it } from 'vitest';
import { SharedBudget } from '../../../src/shared/rpc/index.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes one byte after another for as long as it is let. @returns how many */
function grab(shared: SharedBudget, name: string): number {
  const budget = shared.of(name);
  let taken = 0;
  while (budget.tryTake(1)) taken++;
  return taken;
}

describe('SharedBudget', () => {
  it('gives one holder alone a quarter, and keeps the rest for others', () => {
    const shared = new SharedBudget(400);
    expect(grab(shared, 'greedy')).toBe(100);
    expect(shared.free).toBe(300);
  });
  it('is never taken whole, however many take what they can', () => {
    const shared = new SharedBudget(6000);
    for (let i = 0; i < 10; i++) grab(shared, `greedy ${i}`);
    expect(grab(shared, 'honest')).toBeGreaterThan(0);
    expect(shared.free).toBeGreaterThan(6000 * 0.75 ** 12);
  });
  it('gives everybody one message while there is room for it', () => {
    const shared = new SharedBudget(10);
    expect(shared.of('a').tryTake(9)).toBe(true);
    expect(shared.of('b').tryTake(1)).toBe(true);
    expect(shared.of('c').tryTake(1)).toBe(false);
  });
  it('serves the calls of one holder in the order in which they came', async () => {
    const budget = new SharedBudget(10).of('a');
    await budget.take(10);
    const order: string[] = [];
    const large = budget.take(8).then(() => order.push('large'));
    const small = budget.take(1).then(() => order.push('small'));
    expect(budget.tryTake(1)).toBe(false);
    budget.give(10);
    await large;
    budget.give(8);
    await small;
    expect(order).toEqual(['large', 'small']);
  });
  it('does not block one holder while another waits', async () => {
    const shared = new SharedBudget(30);
    const [greedy, honest] = [shared.of('greedy'), shared.of('honest')];
    await greedy.take(10);
    let waits = true;
    void greedy.take(10).then(() => (waits = false));
    await honest.take(5);
    expect(waits).toBe(true);
  });
  it('goes round: what is given back does not always go to the same', async () => {
    const shared = new SharedBudget(1);
    const order: string[] = [];
    await shared.of('first').take(1);
    const wait = (name: string): void => {
      void shared
        .of(name)
        .take(1)
        .then(() => order.push(name));
    };
    for (const name of ['a', 'a', 'b', 'c']) wait(name);
    for (const name of ['first', 'a', 'b', 'c']) {
      shared.of(name).give(1);
      await turn();
    }
    expect(order).toEqual(['a', 'b', 'c', 'a']);
  });
});
