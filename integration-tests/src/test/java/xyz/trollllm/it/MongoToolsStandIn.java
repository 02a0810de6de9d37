package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.Document;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.DocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.server.embedded.EmbeddedStore;

/**
 * Does what the shipped scripts want of {@code mongodump}, {@code mongorestore} and {@code
 * mongosh}, on an embedded store, in an archive format of its own. Like the real dump with its log
 * of operations, this one is of one moment: it reads a copy of the store's files.
 *
 * <p>A process of its own: the program's name is the first argument; {@code STAND_IN_STORE} is the
 * store's folder and {@code STAND_IN_URI} its address.
 */
final class MongoToolsStandIn {
  private static final Set<String> OURS =
      Set.of("--archive", "--gzip", "--username", "--authenticationDatabase", "--config");

  private MongoToolsStandIn() {}

  public static void main(String[] arguments) throws IOException {
    List<String> options = List.of(arguments).subList(1, arguments.length);
    switch (arguments[0]) {
      case "mongodump" -> {
        requireOptions(options, Set.of("--oplog", "--numParallelCollections=1"));
        dump();
      }
      case "mongorestore" -> {
        requireOptions(options, Set.of("--oplogReplay", "--dryRun"));
        restore(options.contains("--dryRun"));
      }
      case "mongosh" -> System.exit(isEmpty(System.getenv("DROP").equals("yes")) ? 0 : 3);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** The password comes in a file, so that no list of processes shows it. */
  private static void requireOptions(List<String> options, Set<String> more) throws IOException {
    for (String option : options) {
      if (option.startsWith("--") && !OURS.contains(option) && !more.contains(option)) {
        throw new IllegalArgumentException("unknown option " + option);
      }
    }
    Path config = Path.of(options.get(options.indexOf("--config") + 1));
    String expected = "password: \"" + System.getenv("MONGO_INITDB_ROOT_PASSWORD") + "\"\n";
    if (!new String(Files.newInputStream(config).readAllBytes(), UTF_8).equals(expected)) {
      throw new IllegalArgumentException("no password in " + config);
    }
  }

  private static void dump() throws IOException {
    Path copy = Files.createTempDirectory("gateway-it-dump");
    Files.copy(Path.of(System.getenv("STAND_IN_STORE"), "journal"), copy.resolve("journal"));
    try (EmbeddedStore moment = EmbeddedStore.open(copy, 0);
        MongoClient client = MongoClients.create(moment.uri());
        OutputStream out = new GZIPOutputStream(new FileOutputStream(FileDescriptor.out))) {
      for (String database : client.listDatabaseNames()) {
        MongoDatabase from = client.getDatabase(database);
        for (String collection : from.listCollectionNames()) {
          Document place = new Document("db", database).append("collection", collection);
          List<Document> indexes =
              from.getCollection(collection).listIndexes().into(new ArrayList<>());
          write(out, new Document(place).append("indexes", indexes));
          for (Document document : from.getCollection(collection).find()) {
            write(out, new Document(place).append("document", document));
          }
        }
      }
    }
  }

  private static void write(OutputStream out, Document document) throws IOException {
    try (BasicOutputBuffer buffer = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
      new DocumentCodec().encode(writer, document, EncoderContext.builder().build());
      buffer.pipe(out);
    }
  }

  private static void restore(boolean dryRun) throws IOException {
    try (MongoClient client = MongoClients.create(System.getenv("STAND_IN_URI"));
        DataInputStream in = new DataInputStream(new GZIPInputStream(System.in))) {
      long documents = 0;
      for (Document each = read(in); each != null; each = read(in)) {
        if (dryRun) {
          return; // as the real one, which looks at the beginning alone
        }
        MongoDatabase into = client.getDatabase(each.getString("db"));
        String collection = each.getString("collection");
        if (each.get("document") instanceof Document document) {
          into.getCollection(collection).insertOne(document);
          documents++;
        } else {
          into.runCommand(
              new Document("createIndexes", collection)
                  .append("indexes", each.getList("indexes", Document.class)));
        }
      }
      System.err.println(documents + " document(s) restored successfully. 0 document(s) failed");
    }
  }

  private static @Nullable Document read(DataInputStream in) throws IOException {
    byte[] length = in.readNBytes(Integer.BYTES);
    if (length.length == 0) {
      return null;
    }
    int size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
    ByteBuffer whole = ByteBuffer.allocate(size).put(length);
    byte[] rest = in.readNBytes(size - length.length);
    if (whole.put(rest).hasRemaining()) {
      throw new EOFException("the archive ends within a document");
    }
    try (BsonBinaryReader reader = new BsonBinaryReader(whole.flip())) {
      return new DocumentCodec().decode(reader, DecoderContext.builder().build());
    }
  }

  private static boolean isEmpty(boolean drop) {
    try (MongoClient client = MongoClients.create(System.getenv("STAND_IN_URI"))) {
      MongoDatabase gateway = client.getDatabase("trollllm");
      if (drop) {
        gateway.drop();
      }
      List<String> filled = new ArrayList<>();
      for (String collection : gateway.listCollectionNames()) {
        if (gateway.getCollection(collection).find().first() != null) {
          filled.add(collection);
        }
      }
      System.out.println("documents in " + filled);
      return filled.isEmpty();
    }
  }
}
