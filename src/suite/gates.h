// The thresholds that a trial is held against; a suite's `gates:` changes them.
#pragma once

namespace shootout::suite {

/// Shares in percent unless said otherwise. What is beyond its threshold voids the trial, with the reason.
struct Gates {
  // Verification.
  double errors_percent = 0.1;  ///< requests of a steady load without a good answer; fixed work allows none
  // Generator.
  double generator_cpu_percent = 80;   ///< of its core
  double generator_wait_percent = 10;  ///< of the window, in which it could have run but had no core
  double littles_law_percent = 2;      ///< where the window holds 20 mean latencies
  double ceiling_ratio = 2;  ///< the ceiling server's rate under the same load, by the contender's: at least
  double carried_percent = 99;  ///< open loop: answers in the window by requests offered in it: at least
  // Environment.
  double steal_percent = 10;           ///< of the time of all cores
  double others_cpu_percent = 25;      ///< other processes, of one core
  double memory_pressure_percent = 5;  ///< of the time some process waited for memory
  double io_pressure_percent = 20;     ///< ... for the disk
  double throttled_percent = 1;        ///< of the time the cgroup was throttled
  double frequency_change_percent = 10;
  double ports_in_use_percent = 80;  ///< of the outgoing ports, those in TIME_WAIT included
  // Steady state.
  double drift_percent =
      10;  ///< change from a replicate's first third of blocks to its last, where it is sure
  // What a verdict takes.
  int replicates_to_decide = 6;  ///< fewer decide nothing
  double margin_percent = 3;     ///< differences within it count as none; never below 1.5 x the precision
};

}  // namespace shootout::suite
