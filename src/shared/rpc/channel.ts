import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import { Client, credentials, type ChannelOptions } from '@grpc/grpc-js';
import { FedshotError } from '../errors.js';

/** How a client reaches a server. */
export interface ChannelSettings {
  /** `host:port`. */
  readonly address: string;
  /** CA that the server's certificate must come from, PEM; undefined speaks in the clear. */
  readonly ca: string | undefined;
  /**
   * Accepts any certificate of the server. For fetching roots alone: their own signatures prove them.
   */
  readonly anyAuthority?: boolean;
  /** This site's own certificate and key, PEM, for a server that asks for them. */
  readonly identity?: { readonly cert: string; readonly key: string };
  /** Flow-control window in bytes: it has to exceed bandwidth × round trip. */
  readonly windowBytes: number;
  /** Largest message taken, in bytes. */
  readonly maxMessageBytes: number;
}

/** Splits `host:port`, `[v6]:port`. @throws FedshotError `usage` */
export function parseAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(address);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535 || (match[1] !== undefined && isIP(host) !== 6))
    throw new FedshotError('usage', `not an address: ${address}`, {
      hint: 'give HOST:PORT, https://HOST/PATH or a folder',
    });
  return { host, port };
}

/**
 * A channel of its own (no connection shared with another). The server's name has to be in its
 * certificate, which has to come from `ca` alone: the system's authorities do not count.
 */
export function openChannel(settings: ChannelSettings): Client {
  const { ca, identity, address } = settings;
  const { host } = parseAddress(address);
  // TLS has no server name for an IP address: another is sent, and the address is what is checked.
  const byAddress = isIP(host) > 0;
  const options: ChannelOptions = {
    'grpc-node.flow_control_window': settings.windowBytes,
    'grpc.max_receive_message_length': settings.maxMessageBytes,
    'grpc.max_send_message_length': 4096,
    'grpc.keepalive_time_ms': 20_000,
    // On a slow line the answer to a ping waits behind the data that is on its way.
    'grpc.keepalive_timeout_ms': 60_000,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    ...(byAddress && { 'grpc.ssl_target_name_override': 'address.invalid' }),
  };
  const channel =
    ca === undefined
      ? credentials.createInsecure()
      : credentials.createFromSecureContext(
          createSecureContext({ ca, ...identity, minVersion: 'TLSv1.3' }),
          settings.anyAuthority
            ? { rejectUnauthorized: false, checkServerIdentity: () => undefined }
            : byAddress
              ? { checkServerIdentity: (_, cert) => checkServerIdentity(host, cert) }
              : {},
        );
  return new Client(address, channel, options);
}
