import module java.base;

/// Runs google-java-format over the Java sources of the repository: `check` names the files that
/// differ and fails, `write` rewrites them. Maven runs it (see pom.xml); the formatter is on the
/// class path. `FORMAT_PATHS="model schemas"` in the environment narrows it to these folders.
class Format {

  static void main(String[] arguments) throws IOException {
    boolean check = !List.of(arguments).contains("write");
    List<String> command =
        new ArrayList<>(
            check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    for (String folder : System.getenv().getOrDefault("FORMAT_PATHS", ".").split(" ")) {
      try (Stream<Path> paths = Files.walk(Path.of(folder))) {
        paths.map(Path::toString).filter(Format::isSource).sorted().forEach(command::add);
      }
    }
    int status =
        ToolProvider.findFirst("google-java-format")
            .orElseThrow(
                () -> new IllegalStateException("google-java-format is not on the class path"))
            .run(System.out, System.err, command.toArray(String[]::new));
    if (check && status != 0) {
      System.err.println("The files above are not formatted: run mvn -N verify -Dformat=write");
    }
    System.exit(status);
  }

  private static boolean isSource(String path) {
    return path.endsWith(".java") && !path.contains("/target/");
  }
}
