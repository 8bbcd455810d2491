/**
 * Waits until a condition holds, asking again in short steps; the state of another process gives no event to wait for.
 *
 * @throws Error with `what` and the last value seen when the deadline passes.
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  holds: (value: Value) => boolean = Boolean,
  deadlineMs = 20_000,
): Promise<Value> {
  const end = performance.now() + deadlineMs;
  let value = await look();
  while (!holds(value)) {
    if (performance.now() > end) throw new Error(`not in time: ${what}; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    value = await look();
  }
  return value;
}

/** The value of a promise, or an Error that names what did not come in time. */
export async function within<Value>(
  what: string,
  promise: Promise<Value>,
  deadlineMs = 20_000,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not in time: ${what}`)), deadlineMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
