package xyz.trollllm.billing.mongo;

import java.nio.ByteBuffer;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.Document;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.DocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Binary;

/**
 * A row on its way to the log as one value: every update of a user's document would otherwise cost
 * its store a walk through all fields of all rows that wait there.
 */
final class PackedRow {
  private static final DocumentCodec CODEC = new DocumentCodec();

  private PackedRow() {}

  static Binary of(Document row) {
    try (BasicOutputBuffer buffer = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
      CODEC.encode(writer, row, EncoderContext.builder().build());
      return new Binary(buffer.toByteArray());
    }
  }

  static Document unpacked(Binary packed) {
    try (BsonBinaryReader reader = new BsonBinaryReader(ByteBuffer.wrap(packed.getData()))) {
      return CODEC.decode(reader, DecoderContext.builder().build());
    }
  }
}
