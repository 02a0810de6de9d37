package xyz.trollllm.it;

import java.util.List;
import xyz.trollllm.server.vectors.VectorCase;

/** A depth at which vectors are run, from a part of the product to all of it. */
interface VectorLevel extends AutoCloseable {

  /** The name of this level in the matrix and in the vectors' files. */
  String name();

  /** Whether a case has something to observe here. */
  boolean observes(VectorCase vectorCase);

  /** Runs a case as it is published; every difference is a sentence. */
  List<String> run(VectorCase vectorCase);

  /** Runs an event stream framed and cut in other ways. */
  List<String> runReframed(VectorCase vectorCase);

  @Override
  void close();
}
