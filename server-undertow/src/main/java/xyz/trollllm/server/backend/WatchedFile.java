package xyz.trollllm.server.backend;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint's file, looked at again and again. Used by one thread at a time.
 *
 * <p>What the first look finds counts at once. Afterwards a change counts when two looks in a row
 * have found the same: a file that is being written, or is away for the moment in which another
 * takes its place, is not judged. Whole contents are compared, since times and sizes of files may
 * stay as they are.
 */
final class WatchedFile {
  private EndpointState state;
  private @Nullable FileLook counted;
  private @Nullable FileLook before;

  WatchedFile(EndpointFile source) {
    state = EndpointState.unknown(source);
  }

  EndpointState state() {
    return state;
  }

  /** Looks at the file; true if something else counts now. */
  boolean look(Instant now) {
    FileLook found = FileLook.at(state.source().file());
    boolean settled = counted == null || found.equals(before);
    before = found;
    if (!settled || found.equals(counted)) {
      return false;
    }
    // Only what could be taken in counts: otherwise the next look has to try again.
    state = state.after(found, now);
    counted = found;
    return true;
  }
}
