package xyz.trollllm.billing;

/** The exact cost of one request by what caused it, multiplier included, nothing rounded. */
public record Cost(Usd input, Usd output, Usd cacheWrite, Usd cacheHit, Usd fees) {
  public Usd total() {
    return input.plus(output).plus(cacheWrite).plus(cacheHit).plus(fees);
  }

  /** What is charged: the total, rounded once to whole nano-dollars. */
  public Usd charge() {
    return total().roundedToNanos();
  }
}
