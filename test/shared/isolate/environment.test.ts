import { describe, expect, it } from 'vitest';
import { allowedEnvironment } from '../../../src/shared/isolate/environment.js';

describe('allowedEnvironment', () => {
  it.each([
    ...['FEDSHOT_PASSPHRASE', 'FEDSHOT_PASSPHRASE_FD', 'FEDSHOT_KEY', 'FEDSHOT_KEYS'],
    ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AZURE_CLIENT_SECRET', 'GOOGLE_API_KEY'],
    ...['SSH_AUTH_SOCK', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'KRB5CCNAME'],
    ...['NVIDIA_API_KEY', 'TF_TOKEN_app_terraform_io', 'TF_VAR_password', 'TORCH_TOKEN'],
    ...['CUDA_SECRET', 'OMP_SECRET', 'LC_SECRET', 'https_proxy', 'LD_PRELOAD', 'path', ''],
  ])('%s is not handed on', (name) => {
    expect(allowedEnvironment({ [name]: 'x', PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });

  it('what engines, the terminal and fedshot need is', () => {
    const needed = {
      PATH: '/bin',
      HOME: '/home/a',
      LC_ALL: 'C',
      GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
      OMP_NUM_THREADS: '2',
      CUDA_VISIBLE_DEVICES: '0',
      NODE_OPTIONS: '--max-old-space-size=8192',
      FEDSHOT_PROGRESS: 'ipc',
      FEDSHOT_FOREIGN: '/a',
    };
    expect(allowedEnvironment(needed)).toEqual(needed);
  });

  it('a step gets what it names, if it is there', () => {
    const env = { https_proxy: 'http://proxy:1', AWS_PROFILE: 'x' };
    expect(allowedEnvironment(env, ['https_proxy', 'no_proxy'])).toEqual({
      https_proxy: 'http://proxy:1',
    });
  });
});
