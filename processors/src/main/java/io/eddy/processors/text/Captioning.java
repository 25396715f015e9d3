package io.eddy.processors.text;

import io.eddy.model.checkpoint.CaptionerCheckpoint;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.Caption;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.model.sequence.Captioner;
import io.eddy.model.sequence.CaptionerTraining;
import io.eddy.model.sequence.TrainedCaptioner;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.processors.training.ExampleFormat;
import io.eddy.processors.training.VectorExample;
import io.eddy.schemas.avro.CaptionWord;
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Writes sentences about the vectors of records.
public final class Captioning
    implements AnnotationJob<TrainedCaptioner, VectorContent, VectorExample, MessageCaption> {

  private final int features;
  private final int cellsMax;
  private final int bytesMax;
  private final int beams;

  /// The job of a configuration.
  public Captioning(ProcessorsConfig config) {
    features = config.captionFeatures();
    cellsMax = config.captionCellsMax();
    bytesMax = config.textMessageBytesMax();
    beams = config.captionBeams();
  }

  @Override
  public Class<MessageCaption> answers() {
    return MessageCaption.class;
  }

  @Override
  public ModelFormat<TrainedCaptioner> format() {
    return new AnnotationFormat<>(this::read);
  }

  private TrainedCaptioner read(byte[] file) {
    TrainedCaptioner model = CaptionerCheckpoint.read(file);
    if (model.features() != features || model.cellsMax() < cellsMax) {
      throw new CheckpointException(
          "it reads up to "
              + model.cellsMax()
              + " vectors of "
              + model.features()
              + " numbers, expected "
              + cellsMax
              + " ("
              + ProcessorsConfig.CAPTION_CELLS_MAX
              + ") of "
              + features
              + " ("
              + ProcessorsConfig.CAPTION_FEATURES
              + ")");
    }
    return model;
  }

  @Override
  public ExampleFormat<VectorExample> examples() {
    return VectorExample.FORMAT;
  }

  @Override
  public Function<Record<byte[], byte[]>, Message<VectorContent>> reader(
      ProcessorsConfig config, SchemaRegistry schemas) {
    return new VectorReader(config, schemas)::read;
  }

  @Override
  public @Nullable VectorExample example(VectorContent content) {
    String known = known(content);
    return known == null
            || !CaptionerTraining.hasWords(new CaptionedVectors(content.vectors(), known))
        ? null
        : new VectorExample(content.vectors(), known);
  }

  @Override
  public Function<Arrival<VectorContent>, MessageCaption> engine(
      Decision<TrainedCaptioner> decision) {
    TrainedCaptioner model = decision.model();
    if (model == null) {
      return arrival -> answer(arrival, decision).build();
    }
    Captioner captioner = model.reader(beams, Kernels.best());
    return arrival ->
        captioned(answer(arrival, decision), captioner.caption(arrival.content().vectors()));
  }

  private static MessageCaption captioned(MessageCaption.Builder answer, Caption caption) {
    List<CaptionWord> words = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < caption.words().size(); i++) {
      int end = at + caption.words().get(i).length();
      List<Float> attention = new ArrayList<>();
      for (float share : caption.attention()[i]) {
        attention.add(share);
      }
      words.add(new CaptionWord(at, end, attention));
      at = end + 1;
    }
    return answer
        .setCaption(String.join(" ", caption.words()))
        .setLogProbability(caption.logProbability())
        .setWords(words)
        .build();
  }

  /// The sentence that it came with, as much of it as is read.
  private @Nullable String known(VectorContent content) {
    String caption = content.caption();
    return caption == null ? null : AnnotatedReader.cut(caption, bytesMax);
  }

  private MessageCaption.Builder answer(
      Arrival<VectorContent> arrival, Decision<TrainedCaptioner> decision) {
    return MessageCaption.newBuilder()
        .setEventTime(arrival.time())
        .setKnownCaption(known(arrival.content()))
        .setModelVersion(decision.version())
        .setDecision(decision.sequence())
        .setMessages(arrival.messages())
        .setRedelivered(arrival.redelivered())
        .setInputPartition(arrival.origin().partition())
        .setInputOffset(arrival.origin().offset());
  }
}
