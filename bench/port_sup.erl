%% SPDX-License-Identifier: Apache-2.0
%% A supervisor over a port program: what one would write in Erlang for a foreign process.
-module(port_sup).
-behaviour(supervisor).
-export([start/2, init/1, start_worker/2, worker/2]).

start(Program, Notes) -> supervisor:start_link(?MODULE, [Program, Notes]).

init([Program, Notes]) ->
    Flags = #{strategy => one_for_one, intensity => 1000000, period => 1},
    Child = #{id => program, start => {?MODULE, start_worker, [Program, Notes]}, restart => permanent},
    {ok, {Flags, [Child]}}.

start_worker(Program, Notes) -> {ok, spawn_link(?MODULE, worker, [Program, Notes])}.

worker(Program, Notes) ->
    Port = open_port({spawn_executable, Program}, [{args, ["--child", Notes]}, exit_status]),
    receive {Port, {exit_status, Status}} -> exit({program, Status}) end.
