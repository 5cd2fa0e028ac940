const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Whether a peer's address, as the socket reports it, is this machine: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address);
}

/** Whether a name without a port, as a Host header, a URL or a person writes it, is this machine's. */
export function isLoopbackName(name: string): boolean {
  return loopbackNames.includes(name) || name === '::1';
}

/** The names that a gateway on loopback answers to. */
export const loopbackHosts = loopbackNames;
