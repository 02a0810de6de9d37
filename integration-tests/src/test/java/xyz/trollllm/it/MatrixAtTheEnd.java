package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Prints the matrix of the vectors when all tests are over. Registered as a service. */
public final class MatrixAtTheEnd implements TestExecutionListener {

  /** What an earlier run has left is not ours to show. */
  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    try {
      Files.deleteIfExists(VectorsIT.MATRIX);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (Files.exists(VectorsIT.MATRIX)) {
      try {
        System.out.println(Files.readString(VectorsIT.MATRIX));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
