package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A copy of the shipped files with a filled in {@code .env}, and a {@code docker} that runs what is
 * asked of containers as processes of this machine: volumes are folders, the database an embedded
 * store, its tools {@link MongoToolsStandIn}.
 */
final class ComposeStandIn {
  private static final String DOCKER =
      """
      #!/bin/bash
      # docker inspect -f FORMAT CONTAINER, or docker compose OPTION... COMMAND...
      set -eu
      if [ "$1" = inspect ]; then
        sed -n "s/^$4 //p" "$STAND_IN/containers"
        exit
      fi
      [ "$*" != "compose version" ] || exit 0
      [ "$1 $2 $4 $6" = "compose --project-directory --env-file -f" ]
      [ -f "$5" ] && [ -f "$7" ]
      here=$3 command=$8
      shift 8
      entrypoint=
      while [ $# -gt 0 ]; do
        case $1 in
          -T | --rm | --no-deps | -a | -q) shift ;;
          -e) export "${2?}"; shift 2 ;;
          --entrypoint) entrypoint=$2; shift 2 ;;
          -*) echo "docker: unknown option $1" >&2; exit 125 ;;
          *) break ;;
        esac
      done
      service=$1
      shift
      case $command in
        ps) sed -n "s/^\\($service\\) .*/\\1/p" "$STAND_IN/containers" ;;
        exec)
          [ "$service" = mongodb ]
          export PATH="$STAND_IN/bin:$PATH"
          export MONGO_INITDB_ROOT_USERNAME=root MONGO_INITDB_ROOT_PASSWORD=root-password
          exec "${@/#\\/opt\\/mongodb/$here/mongodb}" ;;
        run)
          if [ -n "$entrypoint" ]; then
            exec "$entrypoint" "${@/#\\/app\\/journal/$STAND_IN/$service-journal}"
          fi
          MONGODB_URI=$STAND_IN_URI/trollllm exec "$JAVA" -jar "$GATEWAY_JAR" "$@" ;;
        *) exit 125 ;;
      esac
      """;

  private final Path folder;
  private final Path deploy;

  ComposeStandIn(Path folder) throws IOException {
    this.folder = folder;
    this.deploy = folder.resolve("deploy");
    for (String place : List.of("", "goproxy", "mongodb")) {
      Files.createDirectories(deploy.resolve(place));
      try (Stream<Path> files = Files.list(Nginx.DEPLOY.resolve(place))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, deploy.resolve(place).resolve(file.getFileName().toString()));
        }
      }
    }
    env("");
    program("docker", DOCKER);
    for (String tool : List.of("mongodump", "mongorestore", "mongosh")) {
      program(
          tool,
          "#!/bin/bash\nexec \"$JAVA\" -cp \"$STAND_IN_CLASSES\" %s %s \"$@\"\n"
              .formatted(MongoToolsStandIn.class.getName(), tool));
    }
    for (String service : List.of(Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE)) {
      Files.createDirectories(journal(service));
    }
    running();
  }

  /** Writes {@code .env} anew, with more lines. */
  void env(String more) throws IOException {
    Files.writeString(
        deploy.resolve(".env"),
        "MONGODB_ROOT_PASSWORD=root-password\nMONGODB_PASSWORD=gateway-password\n" + more);
  }

  private void program(String name, String text) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The folder that stands for the volume with a service's journal. */
  Path journal(String service) {
    return folder.resolve(service + "-journal");
  }

  /** Which services run besides the database. */
  void running(String... services) {
    states("running", services);
  }

  /** Which services have containers in this state, besides the database's, which runs. */
  void states(String state, String... services) {
    String containers =
        Stream.of(services)
            .map(service -> service + " " + state + " healthy 0\n")
            .collect(Collectors.joining("", "mongodb running healthy 0\n", ""));
    try {
      Files.writeString(folder.resolve("containers"), containers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a shipped script to its end. */
  Programs.Finished run(StoreProcess store, String script, String... arguments) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STAND_IN", folder.toString());
    environment.put("STAND_IN_STORE", store.directory().toString());
    environment.put("STAND_IN_URI", "mongodb://127.0.0.1:" + store.port());
    environment.put("STAND_IN_CLASSES", System.getProperty("java.class.path"));
    environment.put("GATEWAY_JAR", System.getProperty("gateway.jar"));
    environment.put("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    return Programs.finish(
        environment,
        Stream.concat(Stream.of(deploy.resolve(script).toString()), Stream.of(arguments)).toList());
  }
}
