package io.eddy.deploy.app;

import io.eddy.processors.config.Job;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.MessageTranslation;
import org.apache.avro.specific.SpecificRecord;

/// What the topic of answers holds.
public final class AnswerTypes {
  private AnswerTypes() {}

  /// Of an application with this job.
  public static Class<? extends SpecificRecord> of(Job job) {
    return switch (job) {
      case FORECAST -> Forecast.class;
      case LANGUAGE_MODEL, COMPLETE -> MessageScore.class;
      case CLASSIFY -> MessageLabel.class;
      case TAG -> MessageTags.class;
      case TRANSLATE -> MessageTranslation.class;
      case CAPTION -> MessageCaption.class;
    };
  }
}
