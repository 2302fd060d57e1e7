/** By command: what its confined process can read, write, reach and inherit. */
export type RightsList = Record<
  string,
  {
    read: string[];
    write: string[];
    network: string;
    kernel: string;
    environment: string[];
    inherits: string[];
  }
>;

const COMMANDS: Record<string, string> = {
  train: 'provider train',
  check: 'provider check',
  adapt: 'client adapt',
  diagnose: 'client diagnose',
  predict: 'client predict',
  audit: 'audit --data',
  pull: 'client pull',
  serve: 'provider serve',
};

const NETWORK: Record<string, string> = { none: 'no network', allowed: 'the network' };

const code = (words: readonly string[]): string =>
  words.length === 0 ? 'nothing' : words.map((word) => `\`${word}\``).join(', ');

/** The page that docs/isolation.md is, from the list that a test compares with what it finds. */
export function rightsPage(list: RightsList): string {
  const parts = Object.entries(COMMANDS).map(([name, title]) => {
    const { read, write, network, kernel, environment, inherits } = list[name]!;
    return [
      `### \`${title}\``,
      '',
      `- reads ${code(read)}`,
      `- writes ${code(write)}`,
      `- reaches ${NETWORK[network]!}; hypervisor, keyrings, namespaces and abstract sockets: ${kernel}`,
      `- environment ${code(environment)}`,
      `- descriptors ${code(inherits)}`,
      '',
    ].join('\n');
  });
  return `${HEAD}\n${parts.join('\n')}`;
}

const HEAD = `# What an isolated process may

Written by \`npm run rights\` from \`test/rights/rights.json\`. \`test/rights/rights.test.ts\` starts each command
as its user would, with a module that looks around inside, and compares what it finds with that list, for
both mechanisms. docs/audit.md says how isolation works.

Everything below is of one folder that holds a provider and a site: \`data\` is private data, with other
private files beside it; \`desk\` the working folder, with more of them; \`store\`, \`store-keys\` and
\`store-log\` the provider's, \`model\` a model's, \`home\` the site's, \`out\` where results go.
\`copies\` are copies of single files that the process outside keeps up to date; \`place of …\` is an empty
folder from which it takes one result. Besides, all can read system programs and libraries, this package
and the engines of the user, and write to an empty \`/tmp\` and \`/dev/shm\` that are gone afterwards.
Descriptors 3 and 4 lead to the process outside: over one it sends the order to stop, over the other a server
asks for keys. What a server may ask is in \`src/provider/serve/secrets.ts\`; which variables are handed on, of
those that are set, in \`src/shared/isolate/environment.ts\`.
`;
