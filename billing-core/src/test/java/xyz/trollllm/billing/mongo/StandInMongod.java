package xyz.trollllm.billing.mongo;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A program that is started like {@code mongod} and behaves like a replica set of one node. */
final class StandInMongod {
  private StandInMongod() {}

  public static void main(String[] arguments) {
    List<String> all = List.of(arguments);
    int port = Integer.parseInt(all.get(all.indexOf("--port") + 1));
    String set = all.get(all.indexOf("--replSet") + 1);
    MongoServer server = new MongoServer(new ReplicaSetBackend(set, "127.0.0.1:" + port));
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Becomes primary when it is told to. */
  private static final class ReplicaSetBackend extends MemoryBackend {
    private final String set;
    private final String host;
    private volatile boolean initiated;

    ReplicaSetBackend(String set, String host) {
      this.set = set;
      this.host = host;
    }

    @Override
    public Document handleCommand(
        Channel channel, String database, String command, Document query) {
      if (command.equalsIgnoreCase("replSetInitiate")) {
        initiated = true;
        return new Document("ok", 1.0);
      }
      Document reply = super.handleCommand(channel, database, command, query);
      if (command.equalsIgnoreCase("isMaster")) {
        reply.put("ismaster", initiated);
        if (initiated) {
          reply.put("setName", set);
          reply.put("hosts", List.of(host));
          reply.put("primary", host);
          reply.put("me", host);
        }
      }
      return reply;
    }
  }
}
