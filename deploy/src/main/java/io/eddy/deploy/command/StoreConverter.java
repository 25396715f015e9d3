package io.eddy.deploy.command;

import io.eddy.processors.config.StoreType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A store as `eddy.store.type` says it.
final class StoreConverter implements ITypeConverter<StoreType> {
  @Override
  public StoreType convert(String value) {
    return switch (value) {
      case "rocksdb" -> StoreType.ROCKSDB;
      case "in-memory" -> StoreType.IN_MEMORY;
      default ->
          throw new TypeConversionException(value + " is no store, expected rocksdb or in-memory");
    };
  }
}
