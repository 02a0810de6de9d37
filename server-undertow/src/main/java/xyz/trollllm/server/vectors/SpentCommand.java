package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks a command what was spent so far, before a request and after it. The command prints amounts
 * in US dollars, one a line, which are added up. It is run by {@code sh -c}.
 *
 * @param patience how long books may lag behind an answer
 */
public record SpentCommand(String command, Duration patience) implements ChargeReading {
  private static final Duration PAUSE = Duration.ofMillis(50);

  @Override
  public Gateway.Watch begin() {
    BigDecimal before = spent();
    return (_, expected) -> {
      long deadline = System.nanoTime() + patience.toNanos();
      BigDecimal charge = spent().subtract(before);
      while (charge.signum() == 0 && expected.signum() > 0 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(PAUSE.toNanos());
        charge = spent().subtract(before);
      }
      return Accounted.charged(charge);
    };
  }

  /**
   * Runs the command.
   *
   * @throws UncheckedIOException if it fails
   * @throws NumberFormatException if it prints something else than amounts
   */
  private BigDecimal spent() {
    try {
      Process process =
          new ProcessBuilder("sh", "-c", command)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IOException("'" + command + "' failed with exit code " + exitCode);
      }
      return printed
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .map(BigDecimal::new)
          .reduce(BigDecimal.ZERO, BigDecimal::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while '" + command + "' ran", e);
    }
  }
}
