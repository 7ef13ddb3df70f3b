// The Lua scripts of this folder as text, put into the program by embed.cmake.
#pragma once

namespace peyk::store {

extern const char* const kLanesLua;
extern const char* const kDialogsLua;

}  // namespace peyk::store
