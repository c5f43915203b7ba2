#pragma once

#include <array>

#include "server/telemetry/event.h"

// Every kind of event that there is: what documents and checks of the stream are made from.
namespace cherub::server::telemetry::kinds {

// Of a run's life.
inline constexpr Kind kRunQueued{"run_queued", Source::kServer, Level::kInfo,
                                 "a run was asked for"};
inline constexpr Kind kSessionInit{"session_init", Source::kEngine, Level::kInfo, "a run begins"};
inline constexpr Kind kSessionEnd{"session_end", Source::kEngine, Level::kInfo,
                                  "a run has ended, with its summary"};
inline constexpr Kind kRecord{"record", Source::kEngine, Level::kInfo,
                              "a record of the run that has no kind of its own"};
inline constexpr Kind kWarning{"warning", Source::kEngine, Level::kWarn,
                               "a budget is nearly used, or a tick was slow"};

// Of the search for a behaviour.
inline constexpr Kind kEstimate{"estimate", Source::kAngel, Level::kInfo,
                                "what the run will ask of a model"};
inline constexpr Kind kCatalogue{"catalogue", Source::kAngel, Level::kInfo,
                                 "the earlier scripts that the run begins with"};
inline constexpr Kind kIteration{"iteration", Source::kAngel, Level::kInfo, "a round begins"};
inline constexpr Kind kModelCall{"model_call", Source::kAngel, Level::kInfo,
                                 "a step of a call of a language model"};
inline constexpr Kind kCandidate{"candidate", Source::kAngel, Level::kInfo,
                                 "a step of a candidate's way up the ladder"};
inline constexpr Kind kEpisode{"episode", Source::kAngel, Level::kDebug, "an episode ended"};
inline constexpr Kind kStep{"step", Source::kEngine, Level::kDebug,
                            "a sampled step of the episode that is shown"};
inline constexpr Kind kBest{"best", Source::kAngel, Level::kInfo, "a new best behaviour"};
inline constexpr Kind kCritique{"critique", Source::kAngel, Level::kInfo,
                                "what a round's episodes show"};

// Of the live world.
inline constexpr Kind kWorld{"world", Source::kEngine, Level::kInfo,
                             "the live world began, paused, went on, was loaded or ended"};
inline constexpr Kind kSpawn{"spawn", Source::kEngine, Level::kInfo,
                             "an entity came: spawned or born"};
inline constexpr Kind kRemoval{"removal", Source::kEngine, Level::kInfo, "an entity went, and why"};
inline constexpr Kind kIntentEmit{"intent_emit", Source::kEngine, Level::kDebug,
                                  "what an agent asked for was done"};
inline constexpr Kind kIntentRefused{"intent_refused", Source::kEngine, Level::kInfo,
                                     "what an agent asked for was refused, and why"};
inline constexpr Kind kOmitted{"omitted", Source::kEngine, Level::kInfo,
                               "one tick had more to tell than is told: the rest in numbers"};
inline constexpr Kind kFollow{"follow", Source::kEngine, Level::kDebug,
                              "how the followed agent is"};
inline constexpr Kind kSave{"save", Source::kEngine, Level::kInfo, "the live world was saved"};
inline constexpr Kind kLoad{"load", Source::kEngine, Level::kInfo, "a saved world was loaded"};
inline constexpr Kind kEat{"event_eat", Source::kEngine, Level::kDebug, "an entity has eaten"};
inline constexpr Kind kCollision{"event_collision", Source::kEngine, Level::kDebug,
                                 "a movement was cut short"};
inline constexpr Kind kPollinate{"event_pollinate", Source::kEngine, Level::kDebug,
                                 "a flower was pollinated"};
inline constexpr Kind kMiss{"event_miss", Source::kEngine, Level::kDebug,
                            "a hunter missed its prey"};
inline constexpr Kind kFetch{"event_fetch", Source::kEngine, Level::kInfo,
                             "a thing was taken out of a store"};
inline constexpr Kind kCraft{"event_craft", Source::kEngine, Level::kInfo, "a thing was made"};
inline constexpr Kind kReach{"event_reach", Source::kEngine, Level::kInfo,
                             "an agent is at a target for the first time"};
inline constexpr Kind kHazard{"event_hazard", Source::kEngine, Level::kInfo,
                              "a hazard cost health"};
inline constexpr Kind kMessage{"event_message", Source::kEngine, Level::kInfo,
                               "an agent said something"};
inline constexpr Kind kAbilityUse{"event_ability", Source::kEngine, Level::kInfo,
                                  "an ability was used"};
inline constexpr Kind kDamage{"event_damage", Source::kEngine, Level::kInfo, "somebody was hurt"};
inline constexpr Kind kPickUp{"event_pick_up", Source::kEngine, Level::kInfo,
                              "a thing was picked up"};
inline constexpr Kind kDrop{"event_drop", Source::kEngine, Level::kInfo, "a thing was let fall"};
inline constexpr Kind kGive{"event_give", Source::kEngine, Level::kInfo, "a thing was given"};
inline constexpr Kind kTheft{"event_theft", Source::kEngine, Level::kInfo,
                             "a theft, done or noticed"};
inline constexpr Kind kOffer{"event_offer", Source::kEngine, Level::kInfo, "a trade was offered"};
inline constexpr Kind kTrade{"event_trade", Source::kEngine, Level::kInfo, "a trade was done"};
inline constexpr Kind kRequest{"event_request", Source::kEngine, Level::kInfo,
                               "an agent asked for an ability"};

// Of scripts.
inline constexpr Kind kFault{"fault", Source::kScript, Level::kWarn,
                             "a script failed for an agent"};
inline constexpr Kind kInstalled{"script_installed", Source::kScript, Level::kInfo,
                                 "a version acts from this tick on"};
inline constexpr Kind kReload{"reload", Source::kScript, Level::kInfo, "a step of a hot reload"};
inline constexpr Kind kAbilityWish{"ability", Source::kScript, Level::kInfo,
                                   "a step of a wish for an ability"};
inline constexpr Kind kQuarantine{"quarantine", Source::kScript, Level::kWarn,
                                  "a version failed too often and gave way"};

// Of clients.
inline constexpr Kind kCommand{"command", Source::kClient, Level::kInfo,
                               "a command came, or was refused"};
inline constexpr Kind kPositionAbsorbed{"position_absorbed", Source::kClient, Level::kDebug,
                                        "a client's heartbeat moved an entity"};
inline constexpr Kind kPositionRefused{"position_refused", Source::kClient, Level::kInfo,
                                       "a client shows an entity where it cannot be"};
inline constexpr Kind kClientConsumption{"client_event_consumption", Source::kClient, Level::kInfo,
                                         "a client reports that something was eaten"};
inline constexpr Kind kClientPredation{"client_event_predation", Source::kClient, Level::kInfo,
                                       "a client reports a kill"};
inline constexpr Kind kClientPollination{"client_event_pollination", Source::kClient, Level::kInfo,
                                         "a client reports a pollination"};
inline constexpr Kind kClientRepro{"client_event_repro", Source::kClient, Level::kInfo,
                                   "a client reports a birth"};

// Of the server and of telemetry itself.
inline constexpr Kind kServerStarted{"server_started", Source::kServer, Level::kInfo,
                                     "the server listens"};
inline constexpr Kind kServerStopping{"server_stopping", Source::kServer, Level::kInfo,
                                      "the server was asked to end"};
inline constexpr Kind kClientConnected{"client_connected", Source::kServer, Level::kInfo,
                                       "a client opened a view"};
inline constexpr Kind kClientClosed{"client_closed", Source::kServer, Level::kInfo,
                                    "a view was closed"};
inline constexpr Kind kClientSlow{"client_slow", Source::kServer, Level::kWarn,
                                  "a client was closed because it read too slowly"};
inline constexpr Kind kClientGap{"client_gap", Source::kServer, Level::kWarn,
                                 "a client reads too slowly and begins to lose telemetry"};
inline constexpr Kind kLost{"lost", Source::kTelemetry, Level::kWarn,
                            "events came faster than they could be taken; so many are lost"};
inline constexpr Kind kDiskError{"disk_error", Source::kTelemetry, Level::kError,
                                 "the file cannot be written; memory and streams go on"};
inline constexpr Kind kDiskRecovered{"disk_recovered", Source::kTelemetry, Level::kInfo,
                                     "the file is written again"};

inline constexpr std::array kAll = {&kRunQueued,
                                    &kSessionInit,
                                    &kSessionEnd,
                                    &kRecord,
                                    &kWarning,
                                    &kEstimate,
                                    &kCatalogue,
                                    &kIteration,
                                    &kModelCall,
                                    &kCandidate,
                                    &kEpisode,
                                    &kStep,
                                    &kBest,
                                    &kCritique,
                                    &kWorld,
                                    &kSpawn,
                                    &kRemoval,
                                    &kIntentEmit,
                                    &kIntentRefused,
                                    &kOmitted,
                                    &kFollow,
                                    &kSave,
                                    &kLoad,
                                    &kEat,
                                    &kCollision,
                                    &kPollinate,
                                    &kMiss,
                                    &kFetch,
                                    &kCraft,
                                    &kReach,
                                    &kHazard,
                                    &kMessage,
                                    &kAbilityUse,
                                    &kDamage,
                                    &kPickUp,
                                    &kDrop,
                                    &kGive,
                                    &kTheft,
                                    &kOffer,
                                    &kTrade,
                                    &kRequest,
                                    &kFault,
                                    &kInstalled,
                                    &kReload,
                                    &kAbilityWish,
                                    &kQuarantine,
                                    &kCommand,
                                    &kPositionAbsorbed,
                                    &kPositionRefused,
                                    &kClientConsumption,
                                    &kClientPredation,
                                    &kClientPollination,
                                    &kClientRepro,
                                    &kServerStarted,
                                    &kServerStopping,
                                    &kClientConnected,
                                    &kClientClosed,
                                    &kClientSlow,
                                    &kClientGap,
                                    &kLost,
                                    &kDiskError,
                                    &kDiskRecovered};

}  // namespace cherub::server::telemetry::kinds
