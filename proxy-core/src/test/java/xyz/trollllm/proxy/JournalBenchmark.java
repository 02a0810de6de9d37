package xyz.trollllm.proxy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.journal.JournalOptions;
import xyz.trollllm.billing.journal.JournaledLedger;
import xyz.trollllm.billing.journal.RequestJournal;

/**
 * What the journal adds to a streamed call of 100 events, sockets not counted. Not part of the
 * build; run it with {@code -Dtest=JournalBenchmark}. The figures are those of one machine at one
 * moment.
 */
final class JournalBenchmark {
  private static final int CALLS = Integer.getInteger("calls", 5_000);
  private static final int EVENTS = 100;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  private record Cost(double micros, double kilobytes) {}

  @Test
  void streamedCall() throws Exception {
    for (int round = 0; round < 4; round++) {
      Cost without = calls(ledger -> ledger);
      Path directory = Files.createTempDirectory(folder, "journal");
      Cost with;
      try (RequestJournal journal =
          RequestJournal.open(new JournalOptions(directory, 8 << 20, Duration.ZERO))) {
        with = calls(ledger -> new JournaledLedger(journal, ledger, Clock.systemUTC()));
      }
      System.out.printf(
          "a call without journal %.1f us CPU, %.1f KB; with journal %.1f us, %.1f KB: x %.2f, x"
              + " %.2f%n",
          without.micros(),
          without.kilobytes(),
          with.micros(),
          with.kilobytes(),
          with.micros() / without.micros(),
          with.kilobytes() / without.kilobytes());
    }
  }

  private static Cost calls(Function<CreditLedger, CreditLedger> around) throws Exception {
    try (CallRig rig = new CallRig("", List.of("operator-key"), around)) {
      serve(rig);
      long cpu = THREADS.getCurrentThreadCpuTime();
      long bytes = THREADS.getCurrentThreadAllocatedBytes();
      for (int call = 0; call < CALLS; call++) {
        serve(rig);
      }
      return new Cost(
          (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / CALLS,
          (THREADS.getCurrentThreadAllocatedBytes() - bytes) / 1e3 / CALLS);
    }
  }

  private static void serve(CallRig rig) throws InterruptedException {
    rig.messageStream();
    ScriptedUpstream.Sent answer =
        rig.upstream
            .last()
            .head(200, "content-type", "text/event-stream", "transfer-encoding", "chunked")
            .bytes(Answers.START);
    for (int event = 0; event < EVENTS; event++) {
      answer.bytes(Answers.TEXT);
    }
    answer.bytes(Answers.DELTA + Answers.STOP).end();
    rig.upstream.sent.clear();
    rig.loop.runTasks();
  }
}
