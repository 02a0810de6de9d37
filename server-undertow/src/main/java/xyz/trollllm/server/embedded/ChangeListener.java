package xyz.trollllm.server.embedded;

/** Hears of every change of the data in memory, at the moment it happens. */
interface ChangeListener {
  void changed(JournalRecord record);
}
