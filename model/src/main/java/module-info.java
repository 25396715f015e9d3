/// Recurrent networks as programs that run event by event in a stream and unrolled in training, on
/// kernels of the Vector API. No Kafka, no Avro, no JSON.
module io.eddy.model {
  requires com.google.protobuf;
  requires org.tribuo.util.onnx;
  requires static org.jspecify;
  requires static jdk.incubator.vector;
  requires jdk.management;

  exports io.eddy.model;
  exports io.eddy.model.anomaly;
  exports io.eddy.model.attention;
  exports io.eddy.model.baseline;
  exports io.eddy.model.cell;
  exports io.eddy.model.checkpoint;
  exports io.eddy.model.composition;
  exports io.eddy.model.distribution;
  exports io.eddy.model.embedding;
  exports io.eddy.model.evaluation;
  exports io.eddy.model.exchange;
  exports io.eddy.model.exchange.onnx;
  exports io.eddy.model.kernel;
  exports io.eddy.model.loss;
  exports io.eddy.model.network;
  exports io.eddy.model.op;
  exports io.eddy.model.optimizer;
  exports io.eddy.model.parallel;
  exports io.eddy.model.parameter;
  exports io.eddy.model.program;
  exports io.eddy.model.sequence;
  exports io.eddy.model.series;
  exports io.eddy.model.text;
  exports io.eddy.model.training;
}
