package io.eddy.deploy.app;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/// An application whose streams are made and not yet started.
///
/// @param config as it was checked
/// @param registry that it writes with, closed with the application
/// @param models that it forecasts by; nothing where its job is another
public record ExecutableApplication(
    ProcessorsConfig config,
    Topology topology,
    KafkaStreams streams,
    SchemaRegistry registry,
    Optional<ModelRegistry<Forecaster>> models) {}
