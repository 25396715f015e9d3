package io.eddy.processors.progress;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How far the parts of one topology have come, for all of them that run in this JVM: the driver of
/// a lockstep run waits on it, the demo's table and the metrics read it.
///
/// Counts are of processed, not of committed, work. They only ever grow, so a thread that is
/// replaced may count a record twice and [#settled(long)] then errs towards settled; lockstep is
/// for runs without failures.
///
/// **Order is the contract.** Each part reports what it *causes* before it reports that it is
/// *done*: a window sent before its event is answered, a job opened before its window is consumed,
/// a candidate sent before its job is closed, a decision sent before its candidate is decided.
/// [#settled(long)] reads the counters downstream in the same order, so work can never hide between
/// two counters.
public final class Progress {
  private final LongAdder answered = new LongAdder();
  private final LongAdder deadLettered = new LongAdder();
  private final LongAdder forgotten = new LongAdder();
  private final AtomicLong windowsSent = new AtomicLong();
  private final AtomicLong windowsConsumed = new AtomicLong();
  private final AtomicLong scoresSent = new AtomicLong();
  private final AtomicLong scoresConsumed = new AtomicLong();
  private final AtomicLong jobsOpened = new AtomicLong();
  private final AtomicLong jobsClosed = new AtomicLong();
  private final AtomicLong candidatesSent = new AtomicLong();
  private final AtomicLong candidatesDecided = new AtomicLong();
  private final AtomicLong candidatesRefused = new AtomicLong();
  private final AtomicLong decisionsSent = new AtomicLong();
  private final AtomicLong decisionAdopted = new AtomicLong();
  private final AtomicLong drifts = new AtomicLong();
  private final AtomicLong trainings = new AtomicLong();
  private final List<Consumer<ForecastEvent>> answerListeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<Epoch>> epochListeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<Swap>> swapListeners = new CopyOnWriteArrayList<>();

  /// One epoch of a training that runs in this JVM.
  ///
  /// @param job what the training is called, for people
  /// @param epoch counts from 1
  /// @param maxEpochs epochs at most
  public record Epoch(
      String job, int epoch, int maxEpochs, double trainingLoss, double validationLoss) {}

  /// A new decision as this JVM's registry adopted it.
  ///
  /// @param sequence number of the decision
  /// @param version the model version that answers from now on; 0 for the naive forecast
  /// @param kind what was decided
  /// @param shadow the version that runs beside it from now on; null for none
  public record Swap(long sequence, int version, DecisionKind kind, @Nullable Integer shadow) {}

  /// An event was answered; listeners run on the stream thread and must be quick.
  public void recordAnswer(ForecastEvent event) {
    for (var listener : answerListeners) {
      listener.accept(event);
    }
    answered.increment();
  }

  /// A message was answered.
  public void recordMessage() {
    answered.increment();
  }

  /// An event was refused and sent to the dead letters.
  public void recordDeadLetter() {
    deadLettered.increment();
  }

  /// A record of the input said that its key is to be forgotten, and it was.
  public void recordForgotten() {
    forgotten.increment();
  }

  /// A window, a tombstone or a signal left for the history topic; to be reported before the event
  /// that caused it is answered.
  public void recordWindowSent() {
    windowsSent.incrementAndGet();
  }

  /// A window reached the trainer; to be reported after a job that it triggers was opened.
  public void recordWindowConsumed() {
    windowsConsumed.incrementAndGet();
  }

  /// Sums of errors left for the scores topic; to be reported before their last event is answered.
  public void recordScoreSent() {
    scoresSent.incrementAndGet();
  }

  /// Sums of errors reached the rollout; to be reported after a decision that they cause was sent.
  public void recordScoreConsumed() {
    scoresConsumed.incrementAndGet();
  }

  /// A training job was written down.
  public void recordJobOpened() {
    jobsOpened.incrementAndGet();
  }

  /// A training job ended, with a candidate (reported before) or without.
  public void recordJobClosed() {
    jobsClosed.incrementAndGet();
  }

  /// Errors have risen, as a task found; to be reported before the event that showed it is
  /// answered.
  public void recordDrift() {
    drifts.incrementAndGet();
  }

  /// A training ran to its end and gave a model.
  public void recordTraining() {
    trainings.incrementAndGet();
  }

  /// An epoch of a training ended; listeners run on the training thread.
  public void recordEpoch(Epoch epoch) {
    for (var listener : epochListeners) {
      listener.accept(epoch);
    }
  }

  /// A candidate's manifest was forwarded.
  public void recordCandidateSent() {
    candidatesSent.incrementAndGet();
  }

  /// A candidate was promoted, refused or known already.
  public void recordCandidateDecided() {
    candidatesDecided.incrementAndGet();
  }

  /// A candidate was refused; to be reported before it counts as decided.
  public void recordCandidateRefused() {
    candidatesRefused.incrementAndGet();
  }

  /// The decision with this number was forwarded; to be reported before its candidate counts as
  /// decided.
  public void recordDecisionSent(long sequence) {
    decisionsSent.accumulateAndGet(sequence, Math::max);
  }

  /// The registry of this JVM adopted a decision; to be reported once it answers by it. Listeners
  /// run on the thread that feeds the registry.
  public void recordSwap(Swap swap) {
    decisionAdopted.accumulateAndGet(swap.sequence(), Math::max);
    for (var listener : swapListeners) {
      listener.accept(swap);
    }
  }

  /// Calls back for each answer, on the stream thread, before it counts as answered.
  public void onAnswer(Consumer<ForecastEvent> listener) {
    answerListeners.add(listener);
  }

  /// Calls back for each epoch, on the training thread.
  public void onEpoch(Consumer<Epoch> listener) {
    epochListeners.add(listener);
  }

  /// Calls back for each decision that the registry adopts.
  public void onSwap(Consumer<Swap> listener) {
    swapListeners.add(listener);
  }

  /// Events answered so far.
  public long answered() {
    return answered.sum();
  }

  /// Events sent to the dead letters so far.
  public long deadLettered() {
    return deadLettered.sum();
  }

  /// Records of the input so far that had their key forgotten.
  public long forgotten() {
    return forgotten.sum();
  }

  /// Windows forwarded so far.
  public long windowsSent() {
    return windowsSent.get();
  }

  /// Windows that reached a trainer so far.
  public long windowsConsumed() {
    return windowsConsumed.get();
  }

  /// Training jobs that are open now.
  public long jobsOpen() {
    // Closed is read first: a job that closes in between makes the difference too large, never
    // too small.
    long closed = jobsClosed.get();
    return jobsOpened.get() - closed;
  }

  /// How often errors have risen so far.
  public long drifts() {
    return drifts.get();
  }

  /// Trainings that ended with a model so far.
  public long trainings() {
    return trainings.get();
  }

  /// Candidates forwarded so far.
  public long candidatesSent() {
    return candidatesSent.get();
  }

  /// Candidates decided so far, refused and repeated ones included.
  public long candidatesDecided() {
    return candidatesDecided.get();
  }

  /// Candidates refused so far.
  public long candidatesRefused() {
    return candidatesRefused.get();
  }

  /// The highest decision number forwarded so far.
  public long decisionsSent() {
    return decisionsSent.get();
  }

  /// Whether everything that follows from the first `sent` events has happened: all are answered,
  /// dead-lettered or obeyed, all their windows and scores consumed, no training is open, all
  /// candidates are decided, and the registry has adopted the newest decision.
  ///
  /// @param sent events that the driver has sent so far
  public boolean settled(long sent) {
    // Downstream order: see the type's comment.
    if (answered() + deadLettered() + forgotten() < sent) {
      return false;
    }
    long windows = windowsSent();
    if (windowsConsumed() < windows || jobsOpen() > 0) {
      return false;
    }
    long candidates = candidatesSent();
    if (candidatesDecided() < candidates) {
      return false;
    }
    if (scoresConsumed.get() < scoresSent.get()) {
      return false;
    }
    if (decisionAdopted.get() < decisionsSent()) {
      return false;
    }
    // A candidate may have opened another round: that was sent before the candidate was decided.
    long asked = windowsSent();
    return windowsConsumed() >= asked && jobsOpen() == 0;
  }
}
