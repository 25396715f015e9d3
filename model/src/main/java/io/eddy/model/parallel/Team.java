package io.eddy.model.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fixed number of threads, the caller among them, that do one task together, again and again.
///
/// A task is split by its caller into as many parts as the team has members. Parts share outputs,
/// never a sum, so that the result has the same bits with any number of members. Training makes
/// some twenty short tasks of every update: members wait for the next one awake for a while before
/// they sleep.
///
/// Tasks run one after the other, also where several threads call; none may start another. [#close]
/// lets the running one end, then ends the other members.
public final class Team implements AutoCloseable {

  /// Turns of waiting awake, some 50 microseconds: more than lies between two tasks of an update.
  private static final int AWAKE = 5_000;

  /// What every member does with its part.
  @FunctionalInterface
  public interface Task {
    /// Does one part of the work.
    ///
    /// @param part 0 to the team's size, exclusive
    void run(int part);
  }

  private final Member[] members; // without the caller
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private @Nullable Task task; // written before, and so published by, round
  private final AtomicInteger round = new AtomicInteger();
  private volatile @Nullable Thread waiting; // the caller, where it sleeps
  private volatile boolean closed;
  private boolean running; // guarded by this

  /// @param size threads, 1 for the caller alone
  public Team(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a team of " + size + " threads, expected at least 1");
    }
    members = new Member[size - 1];
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member(i + 1);
      members[i].start();
    }
  }

  /// Members, the caller among them.
  public int size() {
    return members.length + 1;
  }

  /// Runs all parts and returns when the last has ended.
  ///
  /// @throws RuntimeException or error that a part threw; the first one if several did
  public void run(Task work) {
    if (members.length == 0) {
      work.run(0);
      return;
    }
    for (Member member : members) {
      checkNotNested(Thread.currentThread() == member);
    }
    share(work);
  }

  private static void checkNotNested(boolean nested) {
    if (nested) {
      throw new IllegalStateException("a part of a task cannot start a task of its own team");
    }
  }

  /// Locked against a second caller, and against a [#close] that would end members between the look
  /// at `closed` and the new round.
  private synchronized void share(Task work) {
    if (closed) {
      throw new IllegalStateException("the team was closed");
    }
    checkNotNested(running);
    running = true;
    failure.set(null);
    task = work;
    unfinished.set(members.length);
    round.incrementAndGet();
    for (Member member : members) {
      member.wake();
    }
    try {
      work.run(0);
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      await();
      task = null; // what it refers to is not kept until the next one
      running = false;
    }
    Throwable thrown = failure.getAndSet(null);
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw new IllegalStateException("a part threw a checked exception", thrown);
    }
  }

  private void await() {
    for (int turn = 0; unfinished.get() > 0; turn++) {
      if (turn < AWAKE) {
        Thread.onSpinWait();
      } else {
        waiting = Thread.currentThread();
        // Looked at once more: the last member may have come between.
        if (unfinished.get() > 0) {
          LockSupport.park(this);
        }
        waiting = null;
      }
    }
  }

  /// First element of a part when `size` elements are shared out; part `parts` begins at the end.
  public static int begin(int size, int part, int parts) {
    return (int) ((long) size * part / parts);
  }

  /// Ends the members; a caller that is alone loses nothing.
  @Override
  public synchronized void close() {
    closed = true;
    for (Member member : members) {
      LockSupport.unpark(member);
    }
  }

  private final class Member extends Thread {
    private final int part;
    private volatile boolean asleep;

    Member(int part) {
      super("eddy-team-" + part);
      this.part = part;
      setDaemon(true);
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int done = 0;
      while (awaitRoundAfter(done)) {
        done++;
        Task current = task;
        try {
          if (current != null) {
            current.run(part);
          }
        } catch (Throwable e) { // a member that ended would be waited for without end
          failure.compareAndSet(null, e);
        } finally {
          if (unfinished.decrementAndGet() == 0) {
            LockSupport.unpark(waiting);
          }
        }
      }
    }

    /// @return false if the team was closed
    private boolean awaitRoundAfter(int done) {
      for (int turn = 0; round.get() == done; turn++) {
        if (closed) {
          return false;
        }
        if (turn < AWAKE) {
          Thread.onSpinWait();
        } else {
          asleep = true;
          // Looked at once more: the caller may have come between.
          if (round.get() == done && !closed) {
            LockSupport.park(this);
          }
          asleep = false;
        }
      }
      return true;
    }
  }
}
