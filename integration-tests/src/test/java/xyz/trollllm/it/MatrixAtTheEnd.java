package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Prints the matrix of the vectors when all tests are over. Registered as a service. */
public final class MatrixAtTheEnd implements TestExecutionListener {

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
