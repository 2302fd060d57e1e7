/** lr₀·(1 + 10·i/T)^−0.75: the annealing of SHOT (Ganin et al. 2016 with its constants). */
export function learningRate(lr0: number, iteration: number, iterations: number): number {
  return lr0 * (1 + (10 * iteration) / iterations) ** -0.75;
}
