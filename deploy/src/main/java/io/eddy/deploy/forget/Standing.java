package io.eddy.deploy.forget;

/// How a topic stands to a series that was forgotten.
public enum Standing {
  /// It says nothing about it.
  NOTHING("nothing"),
  /// What it said is replaced by tombstones: nobody who keeps to Kafka's rules uses it any more.
  ERASED("erased"),
  /// It is a record of the past, and ends by itself.
  EXPIRING("expiring"),
  /// It says something, and would for ever.
  REMAINS("REMAINS"),
  /// It is not Eddy's to erase from.
  NOT_EDDYS("not Eddy's");

  private final String words;

  Standing(String words) {
    this.words = words;
  }

  /// For people.
  String words() {
    return words;
  }
}
