// The plain data that the modules share; docs/protocol.md says what it means.

type Status = "IDLE" | "OUTGOING" | "INCOMING" | "IN_CALL";
interface Person { name: string; status: Status; connected: boolean }
interface People { type: "people"; version: number; since: number | null; here: Record<string, Person>; gone: string[] }

// Of this tab's participant; times are seconds on the registry's clock.
interface View { me: Me | null; ring: Ring | null; room: Room | null; unread: number; missed: { name: string; at: number }[] }
interface Overview {
  people: { name: string; status: Status; connected: boolean; since: number; company: string[] }[];
  rooms: number; ringing: number; now: number;
}
interface Me { id: string; status: Status; camera: boolean; microphone: boolean; screen: boolean; layers: string[] }
interface Ring { room: string; deadline: number; name: string; incoming: boolean }
interface Room { code: string; since: number | null; people: Member[];
  invited: { id: string; name: string; by: string }[]; most: number; full: boolean;
  tiles: Shown[]; speaks: string | null; shown: Large | null; layout: "speaker" | "grid" | "pin" }
// A tile of the stage, and the slot of the connection that carries it.
interface Shown { id: string; kind: "camera" | "screen"; slot: number }
type Large = Pick<Shown, "id" | "kind">;
interface Member { id: string; name: string; camera: boolean; microphone: boolean; connected: boolean }
interface Message { author: string; name: string; text: string; at: number }
interface Chat { room: string; from: number; messages: Message[]; now: number }

type Act =
  | { act: "call"; whom: string; direct: boolean }
  | { act: "invite" | "cancel_invite"; whom: string }
  | { act: "accept" | "put_down"; room: string; deadline?: number }
  | { act: "rejoin"; room: string }
  | { act: "say"; room: string; text: string }
  | { act: "clear_missed" | "dismiss" }
  | { act: "watch"; small: Large[] }
  | { act: "layout"; layout: Room["layout"]; pinned: Large | null }
  | { act: "read"; room: string; count: number }
  | { act: "send"; camera: boolean; microphone: boolean; screen: boolean };
type ActMessage = Act & { type: "act"; id: string };
type Answer = { type: "done"; id: string } | { type: "refused"; id: string; code: string; message: string };

interface Signal { type: string; call: string; [more: string]: unknown }

// What the last run of the script has said to the page (components/doorbell).
interface Drawn {
  version: number; page: string; session: string; heard: boolean; token: string | null; watches: boolean; waits: boolean; name: string;
  sends: string | null; room: string | null; push: boolean; messages: any[]; answers: Record<string, Answer>;
}

// What Streamlit gives to a component at each run (st.components.v2).
interface Component<Data> {
  data: Data; parentElement: HTMLElement; setStateValue: (name: string, value: unknown) => void;
}

interface Navigator { connection?: EventTarget }
