#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/ability_writing.h"
#include "abilities/angel/prompt.h"
#include "abilities/catalogue.h"
#include "abilities/run_folder.h"
#include "abilities/run_records.h"
#include "abilities/search.h"
#include "scripting/registry.h"

namespace cherub::abilities {

// What a run takes out of the catalogue and what it puts in. The catalogue is never in the way of a
// run: the first thing that goes wrong with it becomes a `warning` record, and from then on the run
// does without. Without request.catalogue_dir nothing here does anything. One thread.
class RunCatalogue {
 public:
  RunCatalogue(const RunRequest& request, std::string run_id, SerialObserver& observer);

  // Policies that did well in the scenario on similar goals; those that begin the run's search.
  void look_up(const engine::Scenario& scenario);
  // Instead of a search: what the run began with, from its folder.
  base::Result<void> take_up(const engine::Scenario& scenario, const RunFolder& folder);
  [[nodiscard]] const std::vector<angel::PriorPolicy>& priors() const { return priors_; }
  // What the catalogue contributed is part of the run's input: it is told as a record and kept in
  // the run's folder as catalogue.jsonl, from which another catalogue can import it, and as
  // priors.jsonl, word for word as the search got it.
  base::Result<void> record_used(const RunFolder& folder);

  // A policy that was measured on tuning seeds, all of them or not.
  void add_tuned(const Candidate& candidate, bool screened_out);
  // The run's best one, on held-out seeds.
  void add_best(const Candidate& candidate, const Aggregate& held_out);
  // A script that someone else put into the live world.
  void add_installed(const scripting::ScriptVersion& version);
  // An ability that was asked for while the world lived.
  void add_ability(const WrittenAbility& written);
  // Puts in what waits.
  void flush();

  // {"dir":…,"used":[sha256 …],"added":…}; null without a catalogue.
  [[nodiscard]] std::string summary_json() const;

 private:
  CatalogueScript script_of(const std::string& source, const std::string& sha256) const;
  CatalogueMeasurement measurement_of(const Aggregate& aggregate, const char* seeds) const;
  void put(CatalogueScript script);
  void give_up(const base::Error& error);

  const RunRequest& request_;
  std::string run_id_;
  SerialObserver& observer_;
  std::optional<Catalogue> catalogue_;  // empty: none, or given up
  const engine::Scenario* scenario_ = nullptr;
  std::vector<CatalogueHit> used_;
  std::vector<angel::PriorPolicy> priors_;
  std::vector<CatalogueScript> waiting_;
  std::uint64_t added_ = 0;  // scripts
};

}  // namespace cherub::abilities
