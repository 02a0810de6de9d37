package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;

/**
 * One change of one collection.
 *
 * @param value what {@code kind} says
 */
record JournalRecord(Kind kind, String database, String collection, Document value) {
  enum Kind {
    /** A whole new document. */
    PUT,
    /** {@code _id} of a document and the {@link Change} that happened to it. */
    CHANGE,
    /** {@code _id} of a document that is gone. */
    REMOVE,
    /** The description of an index. */
    INDEX,
    /** {@code name} of an index that is gone. */
    DROP_INDEX,
    /** The collection is gone with all its documents and indexes. */
    DROP
  }

  byte[] encode() {
    ByteBuf buffer = Unpooled.buffer();
    Document record =
        new Document("k", kind.name())
            .append("b", database)
            .append("c", collection)
            .append("v", value);
    BsonEncoder.encodeDocument(record, buffer);
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  static JournalRecord decode(byte[] bytes) {
    Document record = BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bytes));
    return new JournalRecord(
        Kind.valueOf(string(record, "k")),
        string(record, "b"),
        string(record, "c"),
        (Document) Objects.requireNonNull(record.get("v")));
  }

  private static String string(Document record, String name) {
    return (String) Objects.requireNonNull(record.get(name));
  }
}
