/** Runs the specs that were declared, and prints one line of JSON for each. */
interface Result {
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}
interface Environment {
  addReporter(reporter: { specDone(result: Result): void }): void;
  configure(options: { random: boolean }): void;
  execute(): Promise<unknown>;
}
const environment = (
  globalThis as unknown as { jasmine: { getEnv(): Environment } }
).jasmine.getEnv();
environment.configure({ random: false });
environment.addReporter({
  specDone: ({ fullName, status, failedExpectations }) => {
    const messages = failedExpectations.map(({ message }) => message.split('\n')[0]);
    process.stdout.write(`${JSON.stringify({ fullName, status, messages })}\n`);
  },
});
await environment.execute();
process.exit(0);
