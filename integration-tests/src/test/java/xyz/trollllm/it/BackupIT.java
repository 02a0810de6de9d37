package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.mongo.AuditReport;
import xyz.trollllm.billing.mongo.LedgerAudit;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Served;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Both instances serve while the shipped scripts back everything up; then all is lost, and restored
 * into a new store. The database's own tools are stood in for: see {@link MongoToolsStandIn}.
 */
final class BackupIT {
  private static final int USERS = 3;
  private static final int CLIENTS_EACH = 2;
  private static final int LONG_STREAMS = 6;
  private static final int LONG_STREAM_WORDS = 3_900;
  private static final String MULTIPLIER = "1.06";

  @TempDir Path folder;

  private final List<RunningGateway> gateways = new ArrayList<>();
  private final List<KillClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private ComposeStandIn compose;
  private StandInUpstream upstream;
  private StoreProcess process;
  private Store store;

  @BeforeEach
  void begin() throws IOException {
    for (String program : List.of("bash", "gzip", "tar", "sha256sum")) {
      Programs.require(program, "--version");
    }
    compose = new ComposeStandIn(folder);
    upstream = StandInUpstream.builder().script(new WordUpstream()).ioThreads(1).start();
    process = new StoreProcess();
    store = Store.in(process);
  }

  @AfterEach
  void end() throws InterruptedException {
    stopClients();
    gateways.forEach(RunningGateway::close);
    upstream.close();
    store.close();
  }

  private void startInstances() {
    gateways.clear();
    start(RunningGateway.CHAT, Nginx.CHAT_SERVICE);
    start(RunningGateway.CHAT2, Nginx.CHAT2_SERVICE);
    compose.running(Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE);
  }

  private void start(String config, String service) {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(upstream));
    environment.put("JOURNAL_DIRECTORY", compose.journal(service).toString());
    environment.put("JAVA_TOOL_OPTIONS", "-Xmx160m -XX:TieredStopAtLevel=1");
    gateways.add(RunningGateway.start(config, store, environment));
  }

  private void startClients(List<Store.User> users, long seed) {
    Random random = new Random(seed);
    for (RunningGateway gateway : gateways) {
      for (Store.User user : users) {
        for (int i = 0; i < CLIENTS_EACH; i++) {
          KillClient client = new KillClient(gateway, user, new Random(random.nextLong()));
          clients.add(client);
          threads.add(Threads.start(client));
        }
      }
    }
  }

  private void stopClients() throws InterruptedException {
    clients.forEach(KillClient::stop);
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  private void awaitServed(int more) {
    int enough = upstream.served().size() + more;
    eventually(() -> upstream.served().size() >= enough, () -> "not enough is served");
  }

  private Path backup() throws IOException {
    Programs.Finished done =
        compose.run(process, "backup.sh", folder.resolve("backups").toString());
    assertThat(done.exitCode()).as(done.output()).isZero();
    try (Stream<Path> files = Files.list(folder.resolve("backups"))) {
      return files.filter(file -> file.toString().endsWith(".tar")).sorted().toList().getLast();
    }
  }

  private Programs.Finished nightly() {
    return compose.run(process, "nightly.sh", folder.resolve("backups").toString());
  }

  private Programs.Finished restore(Path file, String... options) {
    return compose.run(
        process,
        "restore.sh",
        Stream.concat(Stream.of(options), Stream.of(file.toString())).toArray(String[]::new));
  }

  @ParameterizedTest(name = "journals survive: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("R4: backed up under load, lost and restored; every charge of before, none twice")
  void restored(boolean journalsSurvive) throws Exception {
    List<Store.User> users =
        Stream.generate(() -> store.newUser(1_000, 1_000)).limit(USERS).toList();
    startInstances();
    startClients(users, 1);
    awaitServed(30);
    Map<String, Document> before = rows();

    List<Thread> streams = openLongStreams(users.getFirst());
    int served = upstream.served().size();
    Path file = backup();
    assertThat(upstream.served().size()).as("served during the backup").isGreaterThan(served);
    awaitServed(30);

    tellSizes(file);
    gateways.forEach(RunningGateway::kill);
    stopClients();
    for (Thread stream : streams) {
      stream.join();
    }
    Map<String, Document> lost = rows();
    store.close();
    process = new StoreProcess();
    store = Store.in(process);
    if (!journalsSurvive) {
      emptyJournals();
    }
    compose.running();

    Programs.Finished restored = journalsSurvive ? restore(file, "--keep-journals") : restore(file);
    assertThat(restored.exitCode()).as(restored.output()).isZero();
    assertThat(rows()).as("charged before the backup").containsKeys(keys(before));
    startInstances();
    awaitSettled();

    int settledByJournals = assertBooks(lost);
    if (!journalsSurvive) {
      assertThat(settledByJournals).as("charged by the journals of the backup").isPositive();
    }
    serveMore(users);
  }

  private void tellSizes(Path file) throws IOException {
    long bytes = 0;
    long count = 0;
    for (RawBsonDocument row :
        store.database().getCollection("request_logs", RawBsonDocument.class).find()) {
      bytes += row.getByteBuffer().remaining();
      count++;
    }
    System.out.printf(
        "sizes in bytes: a row %d, a line of the request log %.0f, a backup of some %d rows %d%n",
        bytes / count,
        gateways.getFirst().output().stream().mapToInt(String::length).average().orElseThrow(),
        count,
        Files.size(file));
  }

  /** Streams of some seconds: under way when the dump ends, and when the journals are copied. */
  private List<Thread> openLongStreams(Store.User user) {
    List<Thread> streams = new ArrayList<>();
    String body = WordUpstream.body(true, LONG_STREAM_WORDS);
    for (RunningGateway gateway : gateways) {
      for (int i = 0; i < LONG_STREAMS; i++) {
        streams.add(
            Threads.start(() -> {
              try (RawClient client = new RawClient(gateway)) {
                client.send(RawClient.post(Api.ANTHROPIC_MESSAGES, user.key(), body)).readToEnd();
              } catch (IOException | UncheckedIOException _) {
                // The instance was killed.
              }
            }));
      }
    }
    awaitHolds(user, streams.size());
    return streams;
  }

  private void awaitHolds(Store.User user, int count) {
    eventually(() -> store.holds(user).size() >= count / 2, () -> "not held: " + store.holds(user));
  }

  private void emptyJournals() throws IOException {
    for (String service : List.of(Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE)) {
      try (Stream<Path> files = Files.list(compose.journal(service))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Until what the journals knew stands in the log; other holds of that day expire later. */
  private void awaitSettled() {
    for (RunningGateway gateway : gateways) {
      eventually(
          () -> gateway.diagnostics().stream().anyMatch(line -> line.contains("left open:")),
          () -> "nothing was left open: " + gateway.diagnostics());
    }
    eventually(
        () ->
            store
                    .database()
                    .getCollection("usersNew")
                    .countDocuments(new Document("gw.dirty", true))
                == 0,
        () -> "not all is in the log");
  }

  /** Charged is what was charged that day, or less of what was under way; never anything else. */
  private int assertBooks(Map<String, Document> lost) {
    AuditReport report = new LedgerAudit(store.database()).run();
    assertThat(report.differences()).isEmpty();
    Map<String, Served> served = new HashMap<>();
    upstream.served().forEach(each -> served.put(each.header("x-request-id").orElseThrow(), each));
    int settledByJournal = 0;
    for (Map.Entry<String, Document> row : rows().entrySet()) {
      long charged = row.getValue().getLong("costN");
      assertThat(row.getKey()).as("charged late").doesNotContain("~");
      if (row.getValue().getList("flags", String.class, List.of()).contains("process-died")) {
        settledByJournal++;
        assertThat(charged)
            .as("charge of " + row)
            .isLessThanOrEqualTo(most(served.get(row.getKey())));
      } else {
        Document then = Objects.requireNonNull(lost.get(row.getKey()), row.getKey());
        assertThat(charged).as("charge of " + row).isEqualTo(then.getLong("costN"));
      }
    }
    System.out.printf(
        "backup: %d rows, %d of them settled by the journals; %d were lost; %d holds expire later%n",
        rows().size(), settledByJournal, lost.size() - rows().size(), report.openHolds());
    return settledByJournal;
  }

  /** What a request cost in nano-dollars if it was served to its end; 0 if it was not served. */
  private static long most(@Nullable Served request) {
    if (request == null) {
      return 0;
    }
    BigDecimal whole = Price.charge(Ask.HAIKU, WordUpstream.truth(request).whole(), MULTIPLIER);
    return whole.movePointRight(9).longValueExact();
  }

  private void serveMore(List<Store.User> users) throws Exception {
    int from = upstream.served().size();
    startClients(users, 2);
    awaitServed(20);
    stopClients();
    eventually(
        () ->
            upstream.served().stream()
                .skip(from)
                .allMatch(
                    each -> store.record(each.header("x-request-id").orElseThrow()).isPresent()),
        () -> "not all is in the log");
    for (Served each : upstream.served().subList(from, upstream.served().size())) {
      Document row = store.record(each.header("x-request-id").orElseThrow()).orElseThrow();
      assertThat(row.getLong("costN")).isEqualTo(most(each));
    }
    assertThat(new LedgerAudit(store.database()).run().differences()).isEmpty();
  }

  /** The rows of all requests, by their ids. */
  private Map<String, Document> rows() {
    Map<String, Document> rows = new HashMap<>();
    store
        .database()
        .getCollection("request_logs")
        .find()
        .forEach(row -> rows.put(row.getString("_id"), row));
    return rows;
  }

  private static String[] keys(Map<String, Document> rows) {
    return rows.keySet().toArray(String[]::new);
  }

  @Test
  @DisplayName(
      "R4: a backup is whole, private, verified, and of the last ones; half of one is none")
  void files() throws Exception {
    store.newUser(1, 1);
    Path first = backup();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
        .isEqualTo("rw-------");
    assertThat(Programs.finish(Map.of(), List.of("tar", "-tf", first.toString())).output())
        .contains("manifest", "env", "dump.gz", "goproxy/" + RunningGateway.CHAT)
        .contains("journals/goproxy-openhands.tar.gz", "journals/goproxy-ohmygpt.tar.gz");
    Programs.Finished content =
        Programs.finish(Map.of(), List.of("tar", "-xOf", first.toString(), "manifest"));
    Matcher manifest =
        Pattern.compile("format 1\nbegun \\S+Z\ndumped \\S+Z\n").matcher(content.output());
    assertThat(manifest.matches()).as(content.output()).isTrue();

    Path old = Files.createFile(first.resolveSibling("trollllm-20200101T000000Z.tar"));
    for (int i = 0; i < 13; i++) {
      Files.createFile(first.resolveSibling("trollllm-2021%02d01T000000Z.tar".formatted(i + 1)));
    }
    Programs.Finished night = nightly();
    assertThat(night.output()).isEmpty();
    assertThat(night.exitCode()).isZero();
    assertThat(old).doesNotExist();

    // A dump that fails, as one whose database is gone.
    process.kill();
    Files.delete(process.directory().resolve("journal"));
    Programs.Finished failed =
        compose.run(process, "backup.sh", folder.resolve("backups").toString());
    assertThat(failed.exitCode()).isEqualTo(69);
    assertThat(failed.output()).contains("backup.sh: the database could not be dumped");
    try (Stream<Path> files = Files.list(folder.resolve("backups"))) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("."))).isEmpty();
    }
    process.restart();
  }

  @Test
  @DisplayName("R4: a database elsewhere is backed up there, and all else here; audits speak up")
  void databaseElsewhere() throws Exception {
    Store.User user = store.newUser(1, 1);
    compose.env("MONGODB_HOSTS=elsewhere:27017\n");
    String directory = folder.resolve("backups").toString();

    Programs.Finished refused = compose.run(process, "backup.sh", directory);
    Programs.Finished night = nightly();
    store
        .database()
        .getCollection("usersNew")
        .updateOne(new Document("_id", user.name()), new Document("$set", new Document("gw.n", 7)));
    Programs.Finished wrong = nightly();

    assertThat(refused.exitCode()).isEqualTo(78);
    assertThat(refused.output()).contains("backup.sh --without-database");
    assertThat(night.exitCode()).as(night.output()).isZero();
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.output()).contains("difference: ", user.name());
    try (Stream<Path> files = Files.list(Path.of(directory))) {
      Path file = files.filter(each -> each.toString().endsWith(".tar")).findAny().orElseThrow();
      assertRefused(restore(file), 78, "holds no database");
    }
  }

  @Test
  @DisplayName("R4: nothing is restored over what is there, or from what is not whole")
  void refusals() throws Exception {
    store.newUser(1, 1);
    Path file = backup();

    compose.running(Nginx.CHAT2_SERVICE);
    assertRefused(restore(file), 75, "goproxy-ohmygpt runs");
    compose.states("restarting", Nginx.CHAT_SERVICE);
    assertRefused(restore(file), 75, "goproxy-openhands runs, or is started again and again");
    compose.states("exited", Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE);
    assertRefused(restore(file), 75, "with --drop that is given up");
    Files.createFile(compose.journal(Nginx.CHAT_SERVICE).resolve("0000000001.journal"));
    assertRefused(restore(file), 75, "the journal of goproxy-openhands holds something");
    assertRefused(restore(folder.resolve("nowhere.tar")), 65, "there is no file");
    compose.env("MONGODB_HOSTS=elsewhere:27017\n");
    assertRefused(restore(file), 78, "the database is at MONGODB_HOSTS");
    compose.env("MONGODB_PASSWORD=another\n");
    assertRefused(restore(file), 78, "MONGODB_PASSWORD is another one");
    compose.env("");
    assertThat(compose.run(process, "restore.sh").exitCode()).isEqualTo(64);
    assertThat(compose.run(process, "backup.sh").exitCode()).isEqualTo(64);

    Programs.Finished given = restore(file, "--drop", "--keep-journals");
    assertThat(given.exitCode()).as(given.output()).isZero();
    assertThat(given.output()).contains("\"differences\":0", "next: docker compose up -d --wait");

    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertRefused(restore(file), 65, "is damaged: its checksum is another one");
  }

  private static void assertRefused(Programs.Finished refused, int exitCode, String because) {
    assertThat(refused.output()).contains("restore.sh: ", because);
    assertThat(refused.exitCode()).as(refused.output()).isEqualTo(exitCode);
  }
}
