import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';

/** Messages that may wait for whoever takes them. */
const WAITING = 4;

/**
 * Lets a stream run ahead of its reader by four messages. grpc-js lets it run ahead by sixteen, which
 * with chunks of a megabyte is memory and, should the process die, bytes to be sent again.
 */
export class Gate {
  #waiting = 0;
  #open: (() => void) | undefined;

  readonly interceptor: Interceptor = (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) => {
        next(metadata, {
          onReceiveMessage: (message, deliver) => {
            const pass = (): void => {
              this.#waiting++;

              deliver(message);
            };
            if (this.#waiting < WAITING) pass();
            else this.#open = pass;
          },
        });
      },
    });

  /** One message was taken: lets the next one in. */
  taken(): void {
    this.#waiting--;
    const pass = this.#open;
    this.#open = undefined;
    pass?.();
  }
}
