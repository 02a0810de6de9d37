package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.bson.Document;
import java.util.function.Consumer;

/**
 * A collection that tells every change of a document, in the order in which they happen: its
 * monitor is held meanwhile.
 */
final class JournaledCollection extends MemoryCollection {
  private final ChangeListener listener;

  JournaledCollection(
      MongoDatabase database,
      String name,
      CollectionOptions options,
      CursorRegistry cursors,
      ChangeListener listener) {
    super(database, name, options, cursors);
    this.listener = listener;
  }

  @Override
  protected Integer addDocumentInternal(Document document) {
    Integer position = super.addDocumentInternal(document);
    tell(JournalRecord.Kind.PUT, document);
    return position;
  }

  @Override
  protected void handleUpdate(Integer position, Document before, Document after) {
    super.handleUpdate(position, before, after);
    Document change = id(after).append("change", Change.between(before, after));
    tell(JournalRecord.Kind.CHANGE, change);
  }

  @Override
  protected void removeDocument(Integer position) {
    Document removed = id(getDocument(position));
    super.removeDocument(position);
    tell(JournalRecord.Kind.REMOVE, removed);
  }

  private static Document id(Document document) {
    return new Document("_id", document.get("_id"));
  }

  private void tell(JournalRecord.Kind kind, Document value) {
    listener.changed(
        new JournalRecord(kind, getDatabase().getDatabaseName(), getCollectionName(), value));
  }

  /** Sizes are only reported to whoever asks for statistics, and cost two encodings an update. */
  @Override
  protected boolean tracksDataSize() {
    return false;
  }

  synchronized void forEachDocument(Consumer<Document> visitor) {
    streamAllDocumentsWithPosition().map(DocumentWithPosition::getDocument).forEach(visitor);
  }
}
