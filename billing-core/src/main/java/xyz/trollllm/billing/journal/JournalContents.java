package xyz.trollllm.billing.journal;

import java.util.List;

/**
 * What a journal says, and how much of it nobody can read.
 *
 * @param open the requests that it knows as open
 * @param damaged records that are not whole
 * @param unreadable whole records of a newer version
 * @param putAside files that an earlier start could not read whole and put aside
 */
public record JournalContents(List<OpenRequest> open, int damaged, int unreadable, int putAside) {
  public JournalContents {
    open = List.copyOf(open);
  }
}
