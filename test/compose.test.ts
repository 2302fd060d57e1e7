import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { notUnderstood } from './cli/understood.js';

interface Service {
  image: string;
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  network_mode?: string;
  networks?: string[] | Record<string, { aliases?: string[] }>;
  command: string;
  volumes: string[];
  environment?: string[];
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal: boolean }>;
  volumes: Record<string, null>;
}

const file = new URL('../docker-compose.yml', import.meta.url);
const compose = parse(readFileSync(file, 'utf8'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const networksOf = ({ networks = [] }: Service): string[] =>
  Array.isArray(networks) ? networks : Object.keys(networks);
const sources = ({ volumes }: Service): string[] =>
  volumes.map((volume) => volume.replace(/\$\{[^}]*\}/g, 'private-data').split(':')[0]!);

describe('docker-compose.yml', () => {
  it('has a provider, a recorder, an auditor and two sites', () => {
    const names = services.map(([name]) => name.replace(/-\w+$/, ''));
    expect([...new Set(names)]).toEqual(['provider', 'recorder', 'audit', 'site-a', 'site-b']);
  });

  it.each(services)('%s runs without privileges on a read-only root', (_name, service) => {
    expect(service.image).toBe('fedshot');
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  it.each(services)('%s sees private data or a network, never both', (_name, service) => {
    const reads = sources(service).includes('private-data');
    if (reads) expect(service.network_mode).toBe('none');
    if (service.networks) expect(reads).toBe(false);
    expect(service.networks === undefined).toBe(service.network_mode === 'none');
  });

  it('what checks a model sees the source data beside it, writes nothing and tells nobody', () => {
    const { 'provider-train': train, 'provider-check': check } = compose.services;
    const [data] = check!.volumes;
    expect(data).toBe(train!.volumes[0]);
    expect(check!.network_mode).toBe('none');
    expect(sources(check!)).toEqual(['private-data', 'model', 'store']);
    for (const volume of check!.volumes) expect(volume).toMatch(/:ro$/);
  });

  it('every volume has a folder in the image that the user of the containers owns', () => {
    const image = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');
    const owned = /chown node:node (.*)$/m.exec(image)![1]!.split(' ');
    for (const [, { volumes }] of services)
      for (const volume of volumes.filter((one) => !one.startsWith('${')))
        expect(owned).toContain(volume.split(':')[1]);
  });

  it('every network is internal, and no two sites share one', () => {
    for (const network of Object.values(compose.networks)) expect(network.internal).toBe(true);
    const ofSite = (site: string): string[] =>
      services
        .filter(([name]) => name.startsWith(site))
        .flatMap(([, service]) => networksOf(service));
    expect(ofSite('site-a')).toEqual(['site-a']);
    expect(ofSite('site-b')).toEqual(['site-b']);
  });

  it('provider and sites meet in the recorder alone, which sees nothing but its own record and key', () => {
    const members = (network: string): string[] =>
      services.filter(([, service]) => networksOf(service).includes(network)).map(([name]) => name);
    expect(members('provider')).toEqual(['provider-serve', 'recorder']);
    expect(members('site-a')).toEqual(['recorder', 'site-a-pull']);
    expect(members('site-b')).toEqual(['recorder', 'site-b-pull']);
    expect(sources(compose.services.recorder!)).toEqual(['record', 'recorder-key']);
    const { command } = compose.services['provider-serve']!;
    expect(command).toContain('--log /log');
  });

  it('the record is kept where neither provider nor sites can write', () => {
    const holders = services.filter(([, service]) => sources(service).includes('record'));
    expect(holders.map(([name]) => name)).toEqual(['recorder', 'audit']);
    const signers = services.filter(([, service]) => sources(service).includes('recorder-key'));
    expect(signers.map(([name]) => name)).toEqual(['recorder']);
    for (const volume of compose.services.audit!.volumes) expect(volume).toMatch(/:ro$/);
  });

  it('no site has the keys or the home of another', () => {
    for (const [name, service] of services.filter(([name]) => name.startsWith('site'))) {
      const own = name.slice(0, 'site-a'.length);
      for (const source of sources(service))
        expect(source).toMatch(new RegExp(`^(store|private-data|${own}(-\\w+)?)$`));
    }
  });

  it.each(['site-a', 'site-b'])('%s: what pulls has no volume that holds adaptations', (site) => {
    const { [`${site}-pull`]: pulls, [`${site}-adapt`]: adapts } = compose.services;
    expect(pulls!.volumes).toEqual([`${site}:/home/site`]);
    const results = ['adapted', 'runs', 'current'].map(
      (folder) => `${site}-${folder}:/home/site/${folder}`,
    );
    // What is pinned and pulled can be read and not changed.
    expect(adapts!.volumes.slice(1)).toEqual([`${site}:/home/site:ro`, ...results]);
  });

  it('declares every volume and network that it uses', () => {
    for (const [, service] of services) {
      for (const network of networksOf(service)) expect(compose.networks).toHaveProperty(network);
      for (const source of sources(service))
        if (source !== 'private-data') expect(compose.volumes).toHaveProperty(source);
    }
  });

  it.each(services)('%s is a command that fedshot understands', (_name, { command }) => {
    const words = command.replace(/\$\{\w+:-([^}]*)\}/g, '$1').split(' ');
    expect(notUnderstood(words)).toBeUndefined();
  });
});
